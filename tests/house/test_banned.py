"""
What may stand in one place only: the clock, the text of SQL. What may stand nowhere: addresses, paths of a machine.
"""

import ast
import re

import pytest

from tests.house.tree import PACKAGES, ROOT, lines_with, sources, text, tracked, tree

CLOCK = {"factdb/store/clock.py"}
EXECUTE = {"factdb/store/execute.py"}

# Durations of a run are measured with a monotonic clock; only the wall clock is banned.
BANNED = {
    r"datetime\.now\(": CLOCK,
    r"datetime\.utcnow\(": set(),
    r"date\.today\(": set(),
    r"\btime\.time(_ns)?\(": CLOCK,
    r"\.sql\(": EXECUTE,
}

SQL_TEXT = re.compile(
    r"\s*(select\b.*\bfrom|insert\s+(or\s+\w+\s+)?into|delete\s+from|update\s+\S+\s+set"
    r"|create\s+(or\s+replace\s+)?(temp\w*\s+)?(table|view)|drop\s+(table|view)|alter\s+table"
    r"|copy\s+\S+\s+(to|from)|attach\b|with\s+\S+\s+as\s*\()", re.IGNORECASE | re.DOTALL)
FORMATTED_SQL_TODAY: set[str] = set()

# Words are broken in two, so that this file passes its own test.
FOREIGN = {
    "an address of a registry": "|".join((
        r"pypi\." r"org", r"pythonhosted\." r"org", r"registry\.npm" r"js", r"deb\.deb" r"ian", r"index" r"-url")),
    "a path of one machine": "|".join((
        r"(?<![\w.])/(work|root|home|opt)" r"/\w", r"/tmp" r"/\w+/", r"\.\./shar" r"ed")),
    "a word about how it was written": "|".join((
        r"(?i)\bwork" r"place\b", r"\bsub-?" r"agents?\b", r"\bthis ses" r"sion\b", r"\bthe le" r"ad's\b")),
}
FOREIGN_TODAY: dict[str, set[str]] = {}

UNFINISHED = r"\b(TO" r"DO|FIX" r"ME|X" r"XX)\b"


@pytest.mark.parametrize("pattern", BANNED)
def test_banned_text_stands_only_where_it_belongs(pattern: str) -> None:
    found = {place for name in sources(*PACKAGES) for place in lines_with(pattern, name)}
    assert {place for place in found if place.split(":")[0] not in BANNED[pattern]} == set()


def _formatted(node: ast.AST) -> str | None:
    """The text of a string that is put together: an f-string, a `%`, a `+` or a `.format`."""
    match node:
        case ast.JoinedStr(values=values):
            return "".join(part.value if isinstance(part, ast.Constant) else "x" for part in values)
        case ast.BinOp(left=ast.Constant(value=str(left)), op=ast.Mod() | ast.Add()):
            return left
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(left)), attr="format")):
            return left
    return None


def test_no_sql_is_put_together_from_text() -> None:
    found = {
        f"{name}:{node.lineno}"
        for name in sources(*PACKAGES)
        for node in ast.walk(tree(name))
        if isinstance(node, ast.expr) and SQL_TEXT.match(_formatted(node) or "")
    }
    assert found == FORMATTED_SQL_TODAY


@pytest.mark.parametrize("line", [
    "f'select {name} from fact'", "'DELETE FROM %s' % name", "'create table ' + name", "'DROP TABLE {}'.format(name)",
])
def test_sql_that_is_put_together_is_noticed(line: str) -> None:
    assert SQL_TEXT.match(_formatted(ast.parse(line, mode="eval").body) or "")


@pytest.mark.parametrize("what", FOREIGN)
def test_the_tree_speaks_of_the_project_only(what: str) -> None:
    found = {place for name in tracked() for place in lines_with(FOREIGN[what], name)}
    assert found == FOREIGN_TODAY.get(what, set())


def test_nothing_is_left_for_later_without_a_decision() -> None:
    alone = [
        f"{name}:{number}"
        for name in tracked()
        for number, line in enumerate((text(name) or "").splitlines(), 1)
        if re.search(UNFINISHED, line) and not _decided(line)
    ]
    assert not alone


def _decided(line: str) -> bool:
    named = re.search(r"decisions/[\w.-]+", line)
    return named is not None and (ROOT / named.group()).is_file()
