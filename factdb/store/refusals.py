"""
What the engine refuses, as errors of factdb: no caller meets an exception of DuckDB.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from factdb.errors import Fault, InvalidFact, Unavailable


@contextmanager
def refusals() -> Iterator[None]:
    """Errors of DuckDB inside are raised as what they mean to a caller.

    A value that does not fit and a question that is too large are the caller's; a store that is closed, busy or
    out of memory is unavailable; what is left is a fault of ours.
    """
    try:
        yield
    except (duckdb.DataError, duckdb.InvalidInputException, duckdb.IntegrityError) as error:
        raise InvalidFact(f"A value does not fit: {_first(error)}") from error
    except UnicodeEncodeError as error:
        raise InvalidFact(f"Expected text that UTF-8 can hold, got {error.object[error.start:error.end]!r}") from error
    except RecursionError as error:
        raise InvalidFact("Expected a question that rests on fewer rules, one upon the other") from error
    except RuntimeError as error:
        if "interrupted" in str(error):  # so the engine says that it heard Ctrl-C
            raise KeyboardInterrupt from error
        raise
    except duckdb.InterruptException as error:
        raise Unavailable("The question was stopped before its end") from error
    except duckdb.OperationalError as error:
        raise Unavailable(f"The store cannot answer: {_first(error)}") from error
    except duckdb.Error as error:
        if "expression depth" in str(error):
            raise InvalidFact("Expected a smaller question: fewer features at once, or fewer rules, one upon the "
                              f"other. {_first(error)}") from error
        raise Fault(f"The engine refused a statement: {_first(error)}") from error


def _first(error: Exception) -> str:
    return str(error).split("\n", 1)[0]
