"""Every error of the language says where, what was expected and what came, exactly as the golden files say."""

from pathlib import Path

import pytest

from factdb import errors
from factdb.datalog.check import check_query
from factdb.errors import CallerError, ProgramError
from tests.datalog.golden import HERE, SCHEMA, Case, cases, program

QUERIES = HERE / "errors" / "queries.txt"
CASES = cases(*sorted((HERE / "errors").glob("*.txt")))


def ask(case: Case) -> None:
    """Check the text of `case`: a query or a program."""
    if case.file == QUERIES.name:
        check_query(case.text, SCHEMA, {"breed": "Pug"})
    else:
        program(case.text)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{Path(case.file).stem}: {case.name}")
def test_an_error_is_said_as_the_golden_file_says(case: Case) -> None:
    with pytest.raises(CallerError) as caught:
        ask(case)
    assert f"{caught.value.code}: {caught.value}" == case.expected


def test_every_error_of_programs_has_a_golden_case() -> None:
    codes = {kind.code for kind in vars(errors).values()
             if isinstance(kind, type) and issubclass(kind, ProgramError)}
    assert codes == {case.expected.split(":")[0] for case in CASES if "line " in case.expected}


def test_a_case_has_a_name_of_its_own() -> None:
    names = [(case.file, case.name) for case in CASES]
    assert len(set(names)) == len(names)
