"""
Facts: rows of the log. A fact asserts or retracts a row of a relation over a period of valid time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from factdb.period import FOREVER, Period
from factdb.schema import Value


class Op(StrEnum):
    """What a fact does to the belief about its key."""

    ASSERT = "assert"
    RETRACT = "retract"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One word on one key of one relation, over `valid`; an event's or a reading's instant is its start.

    A retraction needs only the identity columns in `values`: of a state it withdraws the period, of
    readings those taken in it, of a keyed event the event, of a keyless event those of the row in it.
    """

    op: Op
    relation: str
    values: Mapping[str, Value]
    valid: Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a commit promises: the facts are durable, as transaction `transaction`.

    `system_at` is the instant of the transaction; `repeated` says that this idempotency key was
    committed before, and that nothing was written now.
    """

    transaction: int
    system_at: datetime
    facts: int
    repeated: bool


def assert_fact(relation: str, values: Mapping[str, Value], valid_from: datetime,
                valid_to: datetime = FOREVER) -> Fact:
    """A fact that says `values` hold from `valid_from` up to `valid_to`."""
    return Fact(op=Op.ASSERT, relation=relation, values=values, valid=Period(valid_from, valid_to))


def retract_fact(relation: str, values: Mapping[str, Value], valid_from: datetime,
                 valid_to: datetime = FOREVER) -> Fact:
    """A fact that withdraws the row of the identity in `values` from `valid_from` up to `valid_to`."""
    return Fact(op=Op.RETRACT, relation=relation, values=values, valid=Period(valid_from, valid_to))
