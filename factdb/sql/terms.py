"""
The smallest terms of a statement: quoted names, constants of 64 bits, parameters.
"""

from __future__ import annotations

import re

from sqlglot import exp

# The parameters of every statement that reads at a basis.
VALID_AT, SYSTEM_AT, THROUGH = "valid_at", "system_at", "through"


def named(name: str) -> exp.Table:
    """A table of the statement itself: a common table expression or rows that were handed over."""
    return exp.table_(exp.to_identifier(name, quoted=True))


def col(name: str, source: str | None = None) -> exp.Column:
    """The quoted column `name`, of `source` if one is given."""
    return exp.column(exp.to_identifier(name, quoted=True),
                      table=exp.to_identifier(source, quoted=True) if source else None)


def cell(variable: str) -> str:
    """The name of the column that holds `variable`. DuckDB takes `aB` and `ab` for one name, the language does not.

    >>> cell("postId")
    'v_post^id'
    """
    return "v_" + re.sub("[A-Z]", lambda letter: f"^{letter[0].lower()}", variable)


def big(value: int) -> exp.Expr:
    """An integer constant of 64 bits; DuckDB would take a short one for 32 and overflow early."""
    return exp.cast(exp.Literal.number(value) if value >= 0 else exp.Neg(this=exp.Literal.number(-value)),
                    exp.DataType.Type.BIGINT)


def parameter(name: str) -> exp.Expr:
    """The parameter `$name` of the statement."""
    return exp.Placeholder(this=name)


def aliased(expression: exp.Expr, name: str) -> exp.Expr:
    """`expression AS "name"`."""
    return exp.alias_(expression, exp.to_identifier(name, quoted=True))
