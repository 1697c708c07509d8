"""
The rectangles of a relation as a basis sees them: what every read of stored facts starts from.
"""

from __future__ import annotations

from sqlglot import exp

from factdb.period import FOREVER_MICROS
from factdb.schema import Relation
from factdb.sql.tables import TIMES, table
from factdb.sql.terms import THROUGH, aliased, big, col, parameter


def visible(relation: Relation) -> exp.Select:
    """The rectangles of `relation` as the store had them at the end of the basis' transaction.

    Columns: the relation's own, then TIMES, then `transaction` and `position` of the word. What a later
    transaction ended was still open then, so its end is for ever.
    """
    still_open = col("seen_to") > parameter(THROUGH)
    system_to = exp.case().when(still_open, big(FOREVER_MICROS)).else_(col("system_to"))
    return (exp.select(*[col(c.name) for c in relation.columns], *[col(t) for t in TIMES[:3]],
                       aliased(system_to, "system_to"), col("transaction"), col("position"))
            .from_(table("belief", relation.name))
            .where(col("seen_from") <= parameter(THROUGH)))
