"""The oracle itself, held against the answers that the design writes out by hand."""

from __future__ import annotations

import pytest

from factdb.period import to_micros
from tests.laws.case_files import Case, read_cases
from tests.oracle.belief import Word, history, rows

LATEST = 1_000


def logged(case: Case) -> list[Word]:
    return [Word.of(case.relation, fact, system_from=to_micros(system_at), transaction=number, position=0)
            for number, (system_at, fact) in enumerate(case.said, start=1)]


@pytest.mark.parametrize("case", read_cases(), ids=lambda case: case.name)
def test_a_case_of_the_design_has_its_written_answer(case: Case) -> None:
    words = logged(case)
    for (valid_at, system_at), shown in case.shown.items():
        found = rows(case.relation, words, valid_at=to_micros(valid_at), system_at=to_micros(system_at),
                     transaction=LATEST)
        assert sorted(found, key=repr) == sorted(shown, key=repr), f"at {valid_at}, {system_at}"
    for system_at, rectangles in case.history.items():
        wanted = case.relation.row(case.identity)
        found_ever = [each for each in history(case.relation, words, system_at=to_micros(system_at), transaction=LATEST)
                      if case.relation.key or each.row == wanted]
        assert sorted(found_ever, key=repr) == sorted(rectangles, key=repr), f"known at {system_at}"
