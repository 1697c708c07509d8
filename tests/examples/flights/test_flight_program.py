from pathlib import Path

import pyarrow as pa
import pytest

from examples.flights import facts as facts_module
from factdb.datalog.check import check
from factdb.datalog.parser import parse
from factdb.datalog.program import EMPTY, CheckedProgram
from factdb.datalog.syntax import Role
from factdb.schema import Kind, Type

TEXT = Path(facts_module.__file__).with_name("flights.dl").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def program() -> CheckedProgram:
    return check(parse(TEXT), EMPTY)


def of_role(program: CheckedProgram, role: Role, entity: str) -> list[str]:
    return [name for name, predicate in program.predicates.items()
            if predicate.role is role and predicate.entities[0].name == entity]


def test_the_program_that_ships_parses_and_checks(program: CheckedProgram) -> None:
    kinds = {name: relation.kind for name, relation in program.relations.items()}
    assert kinds == {
        "plane": Kind.STATE, "scheduled": Kind.STATE, "assigned": Kind.STATE, "weather": Kind.OBSERVED,
        "departed": Kind.EVENT, "cancelled": Kind.EVENT, "flown": Kind.EVENT,
    }


def test_a_flight_has_at_least_fifteen_features_and_two_concepts(program: CheckedProgram) -> None:
    assert len(of_role(program, Role.FEATURE, "flight")) >= 15
    concepts = of_role(program, Role.CONCEPT, "flight")
    assert {name: program.predicate(name).columns[-1].type for name in concepts} == {
        "arrival_delay": Type.FLOAT, "arrives_late": Type.BOOL}


def test_the_spine_gives_a_flight_and_an_instant(program: CheckedProgram) -> None:
    columns = program.predicate("two_hours_before", Role.SPINE).columns
    assert [column.type for column in columns] == [Type.TEXT, Type.INSTANT]


ARROW = {Type.TEXT: pa.string(), Type.INT: pa.int64(), Type.FLOAT: pa.float64(),
         Type.INSTANT: pa.timestamp("us", tz="UTC")}


def test_each_table_has_the_columns_of_its_relation(program: CheckedProgram, tables: dict[str, pa.Table]) -> None:
    for name, table in tables.items():
        declared = {column.name: ARROW[column.type] for column in program.relations[name].columns}
        times = {"valid_from", "system_from"} | ({"valid_to"} if program.relations[name].kind is Kind.STATE else set())
        assert {field.name: field.type for field in table.schema if field.name not in times} == declared
        assert times <= set(table.column_names)
