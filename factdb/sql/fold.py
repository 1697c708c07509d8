"""
The statements that bring `belief.R` up to date with `log.R`, in the order of `store/fold`.

A fold looks at the keys that new words touch and derives them from their whole history again. Most keys
have one word, or words that arrived in the order of their instants: for these the rectangles follow from
each word and its successor, in one statement. The rest are resolved word by word (`store/rectangles`).

A column of ours that stands beside those of a relation begins with #, which no declared name does.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from factdb.period import FOREVER_MICROS
from factdb.schema import Kind, Relation
from factdb.sql.tables import NEVER, TIMES, table
from factdb.sql.terms import aliased, big, col, named

TOUCHED, WORDS, SIMPLE, PIECES = "touched", "words", "simple", "pieces"
_ORDER = ("system_from", "transaction", "position")
_BELIEF = ("transaction", "position", *TIMES, "seen_from", "seen_to")


def touch(relation: Relation, through: int) -> exp.Create:
    """TOUCHED: the identities with words after transaction `through`, numbered, with how many words they have."""
    log = table("log", relation.name)
    identity = [col(name, "l") for name in relation.identity]
    news = exp.select(*[col(n) for n in relation.identity]).distinct().from_(log).where(
        col("transaction") > big(through))
    history = exp.select(*identity, aliased(exp.Count(this=exp.Star()), "#size"),
                         aliased(exp.func("bool_and", _asserts("l")), "#only_asserts")
                         ).from_(exp.alias_(log.copy(), "l", table=True)).group_by(*[i.copy() for i in identity])
    if through:
        history = history.join(exp.alias_(news.subquery(), "n", table=True),
                               on=_same_identity(relation, "l", "n"))
    numbered = exp.select("*", aliased(exp.Window(this=exp.func("row_number")), "#key")).from_(
        exp.alias_(history.subquery(), "h", table=True))
    return _temporary(TOUCHED, numbered)


def forget(relation: Relation) -> exp.Delete:
    """Take the rectangles of TOUCHED keys out of `belief.R`."""
    belief = exp.alias_(table("belief", relation.name), "b", table=True)
    match = exp.select(exp.Literal.number(1)).from_(exp.alias_(named(TOUCHED), "t", table=True)).where(
        _same_identity(relation, "b", "t"))
    return exp.Delete(this=belief, where=exp.Where(this=exp.Exists(this=match)))


def believe_single(relation: Relation) -> exp.Insert:
    """The rectangles of keys with one word, an assertion."""
    return _insert(relation, _joined(relation).where(col("#size", "t").eq(1), col("#only_asserts", "t")), {})


def collect(relation: Relation) -> exp.Create:
    """WORDS: every word of TOUCHED keys with more than one, with its neighbours in the order of learning."""
    values = [col(c.name, "l") for c in relation.columns if c.name not in relation.identity]
    value: exp.Expr = big(1)
    if values:
        value = exp.Window(this=exp.func("dense_rank"), partition_by=[col("#key", "t")],
                           order=exp.Order(expressions=[exp.Ordered(this=v) for v in values]))
    words = (exp.select(col("#key", "t"), *[col(n, "l") for n in (*_ORDER, "valid_from", "valid_to")],
                        aliased(_asserts("l"), "asserts"), aliased(value, "value"))
             .from_(exp.alias_(table("log", relation.name), "l", table=True))
             .join(exp.alias_(named(TOUCHED), "t", table=True), on=_same_identity(relation, "l", "t"))
             .where(col("#size", "t") > exp.Literal.number(1)))
    after, before = ("valid_from", "system_from", "transaction"), ("valid_from", "value")
    neighbours = [aliased(_neighbour("lead", name), f"#next_{name}") for name in after]
    neighbours += [aliased(_neighbour("lag", name), f"#previous_{name}") for name in before]
    return _temporary(WORDS, exp.select("*", *neighbours).from_(exp.alias_(words.subquery(), "w", table=True)))


def classify(relation: Relation) -> exp.Create:
    """SIMPLE: the keys of WORDS whose rectangles follow from each word and its successor."""
    asserted = exp.func("bool_and", exp.and_(col("asserts"), col("valid_to").eq(big(FOREVER_MICROS))))
    if relation.kind is Kind.EVENT:
        distinct = exp.Count(this=exp.Distinct(expressions=[col("valid_from")])).eq(exp.Count(this=exp.Star()))
        simple = exp.and_(asserted, exp.false() if relation.key else distinct)
    else:
        follows = exp.and_(col("#previous_valid_from") < col("valid_from"),
                           exp.true() if relation.kind is Kind.OBSERVED else col("#previous_value").neq(col("value")))
        first = exp.Is(this=col("#previous_valid_from"), expression=exp.null())
        simple = exp.and_(asserted, exp.func("bool_and", exp.or_(first, follows)))
    return _temporary(SIMPLE, exp.select(col("#key")).from_(named(WORDS)).group_by(col("#key")).having(simple))


def believe_simple(relation: Relation) -> list[exp.Insert]:
    """The rectangles of SIMPLE keys: what each word still says, and what its successor ended."""
    rows = (exp.select(*[col(c.name, "l") for c in relation.columns], *[col(n, "w") for n in (
        *_ORDER, "valid_from", "valid_to", "#next_valid_from", "#next_system_from", "#next_transaction")])
        .from_(exp.alias_(named(WORDS), "w", table=True))
        .join(exp.alias_(named(SIMPLE), "s", table=True), on=col("#key", "w").eq(col("#key", "s")))
        .join(exp.alias_(table("log", relation.name), "l", table=True), on=_same_word("w", "l")))
    source = exp.select("*").from_(exp.alias_(rows.subquery(), "l", table=True))
    if relation.kind is Kind.EVENT:
        return [_insert(relation, source, {})]
    succeeded = exp.Is(this=col("#next_valid_from", "l"), expression=exp.null()).not_()
    was_seen = exp.or_(col("system_from", "l") < col("#next_system_from", "l"),
                       col("transaction", "l") < col("#next_transaction", "l"))
    standing = {"valid_to": exp.func("coalesce", col("#next_valid_from", "l"), big(FOREVER_MICROS))}
    ended = {"valid_from": col("#next_valid_from", "l"), "system_to": col("#next_system_from", "l"),
             "seen_to": col("#next_transaction", "l")}
    return [_insert(relation, source.copy(), standing), _insert(relation, source.where(succeeded, was_seen), ended)]


def hard_words() -> exp.Select:
    """The words of WORDS whose keys are not SIMPLE, by key in the order of learning."""
    names = ("#key", "asserts", "valid_from", "valid_to", *_ORDER, "value")
    return (exp.select(*[col(n, "w") for n in names]).from_(exp.alias_(named(WORDS), "w", table=True))
            .join(exp.alias_(named(SIMPLE), "s", table=True), join_type="anti",
                  on=col("#key", "w").eq(col("#key", "s")))
            .order_by(*[col(n, "w") for n in ("#key", *_ORDER)]))


def believe_pieces(relation: Relation) -> exp.Insert:
    """The rectangles handed over as PIECES, each with the values of its word."""
    pieces = [col(n, "p") for n in _BELIEF]
    source = (exp.select(*[col(c.name, "l") for c in relation.columns], *pieces)
              .from_(exp.alias_(named(PIECES), "p", table=True))
              .join(exp.alias_(table("log", relation.name), "l", table=True), on=_same_word("p", "l")))
    names = [*[c.name for c in relation.columns], *_BELIEF]
    return exp.insert(source, table("belief", relation.name),
                      columns=[exp.to_identifier(n, quoted=True) for n in names])


def _insert(relation: Relation, source: exp.Select, changed: Mapping[str, exp.Expr]) -> exp.Insert:
    """Insert a rectangle for each row of `source` (a log row as `l`), as stated but for `changed`."""
    cells: dict[str, exp.Expr] = {c.name: col(c.name, "l") for c in relation.columns}
    cells |= {n: col(n, "l") for n in ("transaction", "position", *TIMES[:3])}
    cells |= {"system_to": big(FOREVER_MICROS), "seen_from": col("transaction", "l"), "seen_to": big(NEVER)}
    cells |= changed
    chosen = source.select(*[aliased(cell, name) for name, cell in cells.items()], append=False)
    return exp.insert(chosen, table("belief", relation.name),
                      columns=[exp.to_identifier(n, quoted=True) for n in cells])


def _joined(relation: Relation) -> exp.Select:
    return (exp.select("*").from_(exp.alias_(table("log", relation.name), "l", table=True))
            .join(exp.alias_(named(TOUCHED), "t", table=True), on=_same_identity(relation, "l", "t")))


def _asserts(source: str) -> exp.Expr:
    return col("op", source).eq(exp.Literal.string("assert"))


def _same_identity(relation: Relation, left: str, right: str) -> exp.Expr:
    # A key is never NULL; the rows of a set may hold NULL and are equal there.
    pairs = [(col(name, left), col(name, right)) for name in relation.identity]
    return exp.and_(*[a.eq(b) if relation.key else exp.NullSafeEQ(this=a, expression=b) for a, b in pairs])


def _same_word(left: str, right: str) -> exp.Expr:
    return exp.and_(*[col(n, left).eq(col(n, right)) for n in ("transaction", "position")])


def _neighbour(function: str, name: str) -> exp.Window:
    order = exp.Order(expressions=[exp.Ordered(this=col(n)) for n in _ORDER])
    return exp.Window(this=exp.func(function, col(name)), partition_by=[col("#key")], order=order)


def _temporary(name: str, query: exp.Select) -> exp.Create:
    return exp.Create(this=named(name), kind="TABLE", replace=True, expression=query,
                      properties=exp.Properties(expressions=[exp.TemporaryProperty()]))
