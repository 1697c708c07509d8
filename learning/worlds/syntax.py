"""
Formulas over quantities, as frozen values. They know neither distributions nor units.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from factdb.datalog.syntax import Position


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written; without a unit."""

    value: float
    position: Position = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Name:
    """A quantity."""

    name: str
    position: Position = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Negative:
    """`-operand`."""

    operand: Node
    position: Position = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Operation:
    """`left operator right`, operator one of + - * / **."""

    operator: str
    left: Node
    right: Node
    position: Position = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Comparison:
    """`left operator right`, operator one of < <= > >= == !=; 1 if it holds and 0 if not."""

    operator: str
    left: Node
    right: Node
    position: Position = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Choice:
    """`then if condition else otherwise`."""

    condition: Node
    then: Node
    otherwise: Node
    position: Position = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Call:
    """`function(arguments)`, function one of min max abs sqrt exp log thin."""

    function: str
    arguments: tuple[Node, ...]
    position: Position = field(compare=False, repr=False)


Node: TypeAlias = Number | Name | Negative | Operation | Comparison | Choice | Call
