"""Programs at random: any syntax that the parser can give, sensible or not."""

from __future__ import annotations

from hypothesis import strategies as st

from factdb.datalog import syntax
from factdb.datalog.parser import COMPARISONS
from factdb.datalog.syntax import AggregateFunction, Constant, Expression, Literal, Position, Program, Role
from factdb.period import FOREVER_MICROS
from factdb.schema import Column, Kind, Relation, Type

HERE = Position(1, 1)
_FIRST_INSTANT = -62_135_596_800_000_000  # the year 1

# Words that mean something elsewhere are names too, and must survive as names.
names = st.sampled_from(["a", "b", "x_1", "dog", "count", "sum", "unit", "key", "within", "at", "by", "next", "event",
                         "feature", "instant", "inf", "min", "system", "default", "_x"])
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
durations = st.integers(1, 10**15)

_numbers = st.one_of(
    st.builds(Constant, st.integers(0, 2**63 - 1), st.just(Type.INT), st.just(HERE)),
    st.builds(Constant, st.floats(0, allow_nan=False, allow_infinity=False).map(abs), st.just(Type.FLOAT),
              st.just(HERE)),
    st.builds(Constant, st.integers(0, 10**15), st.just(Type.DURATION), st.just(HERE)),
)
_words = st.one_of(
    st.builds(Constant, texts, st.just(Type.TEXT), st.just(HERE)),
    st.builds(Constant, st.booleans(), st.just(Type.BOOL), st.just(HERE)),
    st.builds(Constant, st.integers(_FIRST_INSTANT, FOREVER_MICROS), st.just(Type.INSTANT), st.just(HERE)),
)
constants = st.one_of(_numbers, _words, st.just(Constant(None, None, HERE)))
variables = st.builds(syntax.Variable, names, st.just(HERE))
_leaves: st.SearchStrategy[Expression] = st.one_of(
    variables, constants, st.just(syntax.Wildcard(HERE)), st.builds(syntax.Parameter, names, st.just(HERE)))


def _compound(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    operators = st.sampled_from(["or", "and", *COMPARISONS, "+", "-", "*", "/", "//", "%"])
    return st.one_of(
        st.builds(syntax.Binary, operators, inner, inner, st.just(HERE)),
        st.builds(syntax.Unary, st.sampled_from(["-", "not"]), inner, st.just(HERE)),
        st.builds(syntax.Call, names.filter(lambda name: name != "instant"), st.lists(inner, max_size=3).map(tuple),
                  st.just(HERE)))


expressions = st.recursive(_leaves, _compound, max_leaves=6)


def _is_value(expression: Expression) -> bool:
    match expression:
        case syntax.Binary(operator):
            return operator not in {"and", "or", *COMPARISONS}
        case syntax.Unary(operator):
            return operator != "not"
    return True


_values = expressions.filter(_is_value)
_periods = st.sampled_from([syntax.During, syntax.SystemPeriod])
_temporal = st.one_of(
    st.builds(syntax.Within, durations, st.booleans(), st.just(HERE)),
    st.builds(syntax.Throughout, durations, st.booleans(), st.just(HERE)),
    st.builds(syntax.Shift, durations, st.booleans(), st.just(HERE)),
    st.builds(syntax.At, expressions, st.just(HERE)),
    st.builds(lambda kind, start, end: kind(start, end, HERE), _periods, expressions, expressions))
_arguments = st.builds(syntax.Argument, st.none() | names, expressions)
atoms = st.builds(syntax.Atom, names, st.lists(_arguments, min_size=1, max_size=3).map(tuple),
                  st.lists(_temporal, max_size=2).map(tuple), st.just(HERE))


@st.composite
def aggregates(draw: st.DrawFn, inner: st.SearchStrategy[Literal]) -> syntax.Aggregate:
    """An aggregate over a body of `inner` literals."""
    function = draw(st.sampled_from(AggregateFunction))
    expression = draw(st.none() | expressions)
    return syntax.Aggregate(
        function=function, parameter=draw(st.floats(0, 1).map(abs)) if function is AggregateFunction.QUANTILE else None,
        distinct=draw(st.booleans()), expression=expression,
        body=tuple(draw(st.lists(inner, min_size=1, max_size=2))),
        order=None if expression is None else draw(st.none() | expressions), position=HERE)


_plain: st.SearchStrategy[Literal] = st.one_of(
    atoms, st.builds(syntax.Negation, atoms, st.just(HERE)),
    st.builds(syntax.Comparison, st.sampled_from(COMPARISONS), expressions, expressions, st.just(HERE)),
    st.builds(syntax.NullTest, _values, st.booleans(), st.just(HERE)))


def _aggregating(inner: st.SearchStrategy[Literal]) -> st.SearchStrategy[Literal]:
    return st.builds(syntax.Aggregation, variables, aggregates(inner), st.just(HERE))


literals = st.recursive(_plain, _aggregating, max_leaves=3)
bodies = st.lists(literals, min_size=1, max_size=3).map(tuple)
rules = st.builds(syntax.Rule, names, st.lists(expressions, min_size=1, max_size=3).map(tuple), bodies, st.just(HERE))


@st.composite
def relations(draw: st.DrawFn) -> syntax.RelationDeclaration:
    """A relation of any kind, with a key or without."""
    columns = tuple(Column(name=name, type=draw(st.sampled_from(Type)), unit=draw(st.none() | texts))
                    for name in draw(st.lists(names, min_size=1, max_size=3, unique=True)))
    key = draw(st.lists(st.sampled_from([column.name for column in columns]), max_size=2, unique=True))
    relation = Relation(name=draw(names), kind=draw(st.sampled_from(Kind)), columns=columns, key=tuple(key))
    return syntax.RelationDeclaration(relation, HERE)


_bounds = st.none() | st.floats(allow_nan=False, allow_infinity=False)
supports = st.builds(syntax.Support, _bounds, _bounds).filter(
    lambda support: support.low is None or support.high is None or support.low <= support.high)
_defaults = st.one_of(_words, _numbers, _numbers.map(lambda c: Constant(-c.value, c.type, HERE)))  # type: ignore[operator]


@st.composite
def features(draw: st.DrawFn) -> syntax.FeatureDeclaration:
    """A feature or a concept, of an aggregate or of an expression over a body."""
    aggregate = draw(st.booleans())
    return syntax.FeatureDeclaration(
        role=draw(st.sampled_from([Role.FEATURE, Role.CONCEPT])), name=draw(names),
        entities=tuple(draw(st.lists(variables, min_size=1, max_size=2))),
        value=draw(aggregates(_plain) if aggregate else expressions), body=() if aggregate else draw(bodies),
        unit=draw(st.none() | texts), default=draw(st.none() | _defaults), support=draw(st.none() | supports),
        position=HERE)


programs = st.builds(Program, st.just(""), st.lists(st.one_of(
    relations(), rules, features(), st.builds(syntax.SpineDeclaration, rules, st.just(HERE))), max_size=4).map(tuple))
