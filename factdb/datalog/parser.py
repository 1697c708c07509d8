"""
Text to syntax, by recursive descent: one method a production, its grammar above it.

In the grammar `{ }` is any number of times, `[ ]` at most once; NAME, TEXT, NUMBER, DURATION and PARAMETER are
tokens. Words such as `within`, `key` or `count` are names everywhere else; only RESERVED cannot be names.
"""

from __future__ import annotations

from factdb.datalog import syntax
from factdb.datalog.lexer import Kind, Token
from factdb.datalog.reader import RESERVED, Reader
from factdb.datalog.syntax import AggregateFunction, Constant, Expression, Literal, Role, Statement, Temporal
from factdb.period import parse_instant, to_micros
from factdb.schema import Column, Relation, Type
from factdb.schema import Kind as TemporalKind

COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
BINDING = (("or",), ("and",), COMPARISONS, ("+", "-"), ("*", "/", "//", "%"))  # the loosest first

_COMPARISON, _SUM = 2, 3
_LEVELS = {operator: level for level, operators in enumerate(BINDING) for operator in operators}
_AGGREGATES = frozenset(AggregateFunction)
_NUMBERS = {Kind.INT: Type.INT, Kind.FLOAT: Type.FLOAT, Kind.DURATION: Type.DURATION, Kind.TEXT: Type.TEXT}
_WORDS = {"true": (True, Type.BOOL), "false": (False, Type.BOOL), "null": (None, None)}


def parse(text: str) -> syntax.Program:
    """The program that `text` says; ParseError at the first token that does not fit.

    >>> parse("french(d) :- dog(d, _).").statements[0].name
    'french'
    """
    return _Parser(text).program()


def parse_query(text: str) -> tuple[Literal, ...]:
    """The body that `text` says; a dot at its end may be left out.

    >>> len(parse_query('dog(d, breed: "Pug"), not friend(d, _)'))
    2
    """
    return _Parser(text).query()


class _Parser(Reader):
    # program = { statement }
    def program(self) -> syntax.Program:
        statements = []
        while self.token.kind is not Kind.END:
            statements.append(self._statement())
        return syntax.Program(self.text, tuple(statements))

    # query = body [ "." ]
    def query(self) -> tuple[Literal, ...]:
        body = self._body()
        self.accept(".")
        if self.token.kind is not Kind.END:
            raise self.failure("',' or the end of the text")
        return body

    # statement = declaration | feature | spine | rule
    def _statement(self) -> Statement:
        self.depth = 0
        word = self.token.text if self.ahead(1).kind is Kind.NAME else ""
        if word in set(TemporalKind) | {"relation"}:
            return self._declaration()
        if word in {Role.FEATURE, Role.CONCEPT}:
            return self._feature()
        if word == Role.SPINE:
            position = self.advance().position
            return syntax.SpineDeclaration(self._rule(), position)
        return self._rule()

    # declaration = ( "relation" | "event" | "observed" ) NAME "(" column { "," column } ")"
    #               [ "key" "(" NAME { "," NAME } ")" ] "."
    def _declaration(self) -> syntax.RelationDeclaration:
        word, position, name = self.advance().text, self.token.position, self.name("a relation's name")
        columns = self.in_parentheses(self._column)
        key = self.in_parentheses(lambda: self.name("a column's name")) if self.accept("key") else ()
        kind = TemporalKind.STATE if word == "relation" else TemporalKind(word)
        relation = self.checked(position, lambda: Relation(name=name, kind=kind, columns=columns, key=key))
        self.expect(".")
        return syntax.RelationDeclaration(relation, position)

    # column = NAME ":" type [ "unit" TEXT ]
    def _column(self) -> Column:
        name = self.name("a column's name")
        self.expect(":")
        if self.token.text not in set(Type):
            raise self.failure(f"a type of {', '.join(Type)}")
        return Column(name=name, type=Type(self.advance().text),
                      unit=self.string("a unit") if self.accept("unit") else None)

    # feature = ( "feature" | "concept" ) NAME "(" NAME { "," NAME } ")" "=" ( aggregate | expression ":" body )
    #           { "unit" TEXT | "default" constant | "support" support } "."
    def _feature(self) -> syntax.FeatureDeclaration:
        role, position, name = Role(self.advance().text), self.token.position, self.name("a name")
        entities = self.in_parentheses(self._variable)
        self.expect("=")
        value: Expression | syntax.Aggregate
        body: tuple[Literal, ...] = ()
        if self._at_aggregate():
            value = self._aggregate()
        else:
            value = self._expression()
            self.expect(":")
            body = self._body()
        unit, default, support = self._metadata()
        return syntax.FeatureDeclaration(role, name, entities, value, body, unit, default, support, position)

    def _metadata(self) -> tuple[str | None, Constant | None, syntax.Support | None]:
        unit, default, support = None, None, None
        while not self.accept("."):
            if unit is None and self.accept("unit"):
                unit = self.string("a unit")
            elif default is None and self.accept("default"):
                default = self._constant()
            elif support is None and self.accept("support"):
                support = self._support()
            else:
                raise self.failure("unit, default or support once each, or '.'")
        return unit, default, support

    # constant = [ "-" ] NUMBER | [ "-" ] DURATION | TEXT | "true" | "false" | "instant" TEXT
    def _constant(self) -> Constant:
        token = self.token
        negative = self.accept("-")
        found = self._primary() if self.token.kind in _NUMBERS or self.token.text in {*_WORDS, "instant"} else None
        if not isinstance(found, Constant) or found.type is None:
            raise self.failure("a constant other than null", token)
        if not negative:
            return found
        if isinstance(found.value, bool | str | None) or found.type is Type.INSTANT:
            raise self.failure("a number or a duration after '-'", token)
        return Constant(-found.value, found.type, token.position)

    # support = ( "[" | "(" ) bound "," bound ( "]" | ")" )      a round bracket stands beside inf only
    def _support(self) -> syntax.Support:
        opening = self.one_of("[", "(")
        low = self._bound("-inf")
        self.expect(",")
        high = self._bound("inf")
        if (opening.text == "(" and low is not None) or (self.token.text == ")" and high is not None):
            raise self.failure("'[' and ']' beside a finite bound")
        self.one_of("]", ")")
        if low is not None and high is not None and low > high:
            raise self.failure("a low bound that is not above the high one", opening)
        return syntax.Support(low, high)

    # bound = [ "-" ] ( NUMBER | "inf" )
    def _bound(self, infinite: str) -> float | None:
        token, sign = self.token, "-" if self.accept("-") else ""
        if f"{sign}{self.token.text}" == infinite:
            self.advance()
            return None
        if self.token.kind not in {Kind.INT, Kind.FLOAT}:
            raise self.failure(f"a number or {infinite}", token)
        return float(f"{sign}{self.advance().text}")

    # rule = NAME "(" expression { "," expression } ")" ":-" body "."
    def _rule(self) -> syntax.Rule:
        position, name = self.token.position, self.name("a statement")
        arguments = self.in_parentheses(self._expression)
        self.expect(":-")
        body = self._body()
        self.expect(".", "',' or '.'")
        return syntax.Rule(name, arguments, body, position)

    # body = literal { "," literal }
    def _body(self) -> tuple[Literal, ...]:
        return self.separated(self._literal)

    # literal = "not" atom | NAME "=" aggregate | atom | sum "is" [ "not" ] "null" | expression
    def _literal(self) -> Literal:
        token = self.token
        if token.text == "not" and self.ahead(1).kind is Kind.NAME and self._at_atom(1):
            return syntax.Negation(self.after(self._atom), token.position)
        if self._at_atom(0):
            return self._atom()
        if token.kind is Kind.NAME and self.ahead(1).text == "=" and self._at_aggregate(2):
            variable = self._variable()
            return syntax.Aggregation(variable, self.after(self._aggregate), token.position)
        found = self._expression()
        if self.token.text == "is" and not _is_condition(found):
            self.advance()
            negated = self.accept("not")
            self.expect("null")
            return syntax.NullTest(found, negated, token.position)
        return self._condition(found, token)

    def _condition(self, found: Expression, token: Token) -> Literal:
        match found:
            case syntax.Binary(operator, left, right) if operator in COMPARISONS:
                return syntax.Comparison(operator, left, right, found.position)
            case _ if _is_condition(found) or isinstance(found, syntax.Call):
                return syntax.Comparison("=", found, Constant(True, Type.BOOL, token.position), token.position)
            case _:
                raise self.failure("a comparison such as x = 1")

    # A name with parentheses is an atom unless an operator follows them.
    def _at_atom(self, offset: int) -> bool:
        if self.ahead(offset).kind is not Kind.NAME or self.ahead(offset).text in RESERVED \
                or self.ahead(offset + 1).text != "(":
            return False
        depth = 1
        offset += 2
        while depth and self.ahead(offset).kind is not Kind.END:
            depth += {"(": 1, ")": -1}.get(self.ahead(offset).text, 0)
            offset += 1
        return self.ahead(offset).text not in {*_LEVELS, "is"}

    # An aggregate's name begins an aggregate if braces follow before the literal ends.
    def _at_aggregate(self, offset: int = 0) -> bool:
        if self.ahead(offset).text not in _AGGREGATES:
            return False
        depth = 0
        while self.ahead(offset).kind is not Kind.END and depth >= 0:
            symbol = self.ahead(offset).text
            if depth == 0 and symbol in {"{", ",", ".", ":"}:
                return symbol == "{"
            depth += {"(": 1, ")": -1}.get(symbol, 0)
            offset += 1
        return False

    # aggregate = function [ "(" NUMBER ")" ] [ "distinct" ] [ expression [ "by" expression ] ] "{" body "}"
    def _aggregate(self) -> syntax.Aggregate:
        token = self.advance()
        function = AggregateFunction(token.text)
        self.deeper()
        parameter = self._quantile() if function is AggregateFunction.QUANTILE else None
        distinct = self.accept("distinct")
        expression = self._expression() if self.token.text != "{" else None
        order = self._expression() if expression is not None and self.accept("by") else None
        self.expect("{")
        body = self._body()
        self.expect("}", "',' or '}'")
        self.depth -= 1
        return syntax.Aggregate(function, parameter, distinct, expression, body, order, token.position)

    def _quantile(self) -> float:
        self.expect("(", "a share in brackets, as in quantile(0.9)")
        token = self.advance()
        if token.kind not in {Kind.INT, Kind.FLOAT} or not 0 <= float(token.value) <= 1:
            raise self.failure("a quantile from 0 to 1", token)
        self.expect(")")
        return float(token.value)

    # atom = NAME "(" argument { "," argument } ")" { temporal }
    def _atom(self) -> syntax.Atom:
        position, name = self.token.position, self.name("an atom")
        arguments = self.in_parentheses(self._argument)
        temporal = []
        while (found := self._temporal()) is not None:
            temporal.append(found)
        return syntax.Atom(name, arguments, tuple(temporal), position)

    # argument = [ NAME ":" ] expression
    def _argument(self) -> syntax.Argument:
        name = None
        if self.ahead(1).text == ":":
            name = self.name("a column's name")
            self.advance()
        return syntax.Argument(name, self._expression())

    # temporal = "within" [ "next" ] DURATION | "throughout" [ "next" ] DURATION | "ago" DURATION | "ahead" DURATION
    #          | "at" sum | ( "during" | "system" ) "[" sum "," sum ")"
    def _temporal(self) -> Temporal | None:
        word, position = self.token.text, self.token.position
        match word:
            case "within" | "throughout":
                self.advance()
                kind = syntax.Within if word == "within" else syntax.Throughout
                forward = self.accept("next")
                return kind(self._duration(), forward, position)
            case "ago" | "ahead":
                self.advance()
                return syntax.Shift(self._duration(), word == "ahead", position)
            case "at":
                return syntax.At(self.after(lambda: self._expression(_SUM)), position)
            case "during" | "system":
                self.advance()
                self.expect("[")
                start = self._expression(_SUM)
                self.expect(",")
                end = self._expression(_SUM)
                self.expect(")")
                return (syntax.During if word == "during" else syntax.SystemPeriod)(start, end, position)
        return None

    def _duration(self) -> int:
        token = self.advance()
        if token.kind is not Kind.DURATION or not token.value:
            raise self.failure("a duration above zero, such as 7d", token)
        return int(token.value)

    # expression = conjunction { "or" conjunction }          conjunction = inversion { "and" inversion }
    # inversion  = "not" inversion | comparison              comparison  = sum [ ( = != < <= > >= ) sum ]
    # sum        = product { ( + - ) product }               product     = unary { ( * / // % ) unary }
    def _expression(self, loosest: int = 0) -> Expression:
        depth = self.depth
        self.deeper()
        tightest = len(BINDING)
        if self.token.text == "not" and loosest <= _COMPARISON:
            position = self.advance().position
            found: Expression = syntax.Unary("not", self._expression(_COMPARISON), position)
        else:
            found = self._unary()
        while loosest <= (level := _LEVELS.get(self.token.text, -1)) <= tightest:
            self.deeper()
            operator = self.advance()
            found = syntax.Binary(operator.text, found, self._expression(level + 1), operator.position)
            tightest = level - (level == _COMPARISON)  # a < b < c is refused
        self.depth = depth
        return found

    # unary = "-" unary | primary
    def _unary(self) -> Expression:
        if self.token.text != "-":
            return self._primary()
        position = self.advance().position
        return syntax.Unary("-", self._expression(len(BINDING)), position)

    # primary = "(" expression ")" | NUMBER | DURATION | TEXT | "true" | "false" | "null" | "instant" TEXT
    #         | PARAMETER | NAME "(" [ expression { "," expression } ] ")" | NAME | "_"
    def _primary(self) -> Expression:
        token = self.advance()
        if token.kind in _NUMBERS:
            return Constant(token.value, _NUMBERS[token.kind], token.position)
        if token.kind is Kind.PARAMETER:
            return syntax.Parameter(str(token.value), token.position)
        if token.text == "(":
            found = self._expression()
            self.expect(")")
            return found
        if token.text in _WORDS:
            value, type_ = _WORDS[token.text]
            return Constant(value, type_, token.position)
        if token.kind is not Kind.NAME or token.text in RESERVED:
            raise self.failure("a value", token)
        return self._named(token)

    def _named(self, token: Token) -> Expression:
        if token.text == "_":
            return syntax.Wildcard(token.position)
        if token.text == "instant" and self.token.kind is Kind.TEXT:
            text = self.string("an instant")
            return Constant(self.checked(token.position, lambda: to_micros(parse_instant(text))), Type.INSTANT,
                            token.position)
        if self.token.text == "(":
            empty = self.ahead(1).text == ")"
            arguments = () if empty else self.in_parentheses(self._expression)
            self.next += 2 * empty
            return syntax.Call(token.text, arguments, token.position)
        return syntax.Variable(token.text, token.position)

    def _variable(self) -> syntax.Variable:
        position = self.token.position
        return syntax.Variable(self.name("a variable"), position)


def _is_condition(expression: Expression) -> bool:
    match expression:
        case syntax.Binary(operator):
            return operator in {"and", "or", *COMPARISONS}
        case syntax.Unary(operator):
            return operator == "not"
    return False
