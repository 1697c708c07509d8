"""
Functions, files and modules stay small. Each list of exceptions is a ratchet: it may only shrink.
"""

from tests.house.tree import PACKAGES, ROOT, functions, public_names, sources, text

FUNCTION_LINES_MAX = 60
FILE_LINES_MAX = 500
PUBLIC_NAMES_MAX = 8

FUNCTIONS_TOO_LONG_TODAY: set[str] = set()
FILES_TOO_LONG_TODAY: set[str] = set()
MODULES_TOO_WIDE_TODAY: set[str] = set()

# One closed family each: the errors of the project, and the nodes of its language.
WIDE_BY_NATURE = {"factdb/errors.py", "factdb/datalog/syntax.py"}

EVERYWHERE = (*PACKAGES, "tests", "benchmarks")


def test_no_function_is_longer_than_a_screen() -> None:
    too_long = {
        f"{name}:{function}"
        for name in sources(*EVERYWHERE)
        for function, node in functions(name)
        if (node.end_lineno or node.lineno) - node.lineno + 1 > FUNCTION_LINES_MAX
    }
    assert too_long == FUNCTIONS_TOO_LONG_TODAY


def test_no_file_is_too_long_to_be_read_at_once() -> None:
    too_long = {name for name in sources(*EVERYWHERE) if len((text(name) or "").splitlines()) > FILE_LINES_MAX}
    assert too_long == FILES_TOO_LONG_TODAY


def test_no_module_has_too_many_public_names() -> None:
    too_wide = {
        name for name in sources(*PACKAGES)
        if name not in WIDE_BY_NATURE and not name.endswith("__init__.py")
        and len(public_names(name)) > PUBLIC_NAMES_MAX
    }
    assert too_wide == MODULES_TOO_WIDE_TODAY


def test_a_file_is_named_for_what_is_in_it() -> None:
    names = [name.split("/")[-1] for name in sources(*EVERYWHERE)]
    assert not [name for name in names if any(word in name for word in ("util", "helper", "misc"))]


def test_the_exceptions_of_the_ratchet_exist() -> None:
    listed = FILES_TOO_LONG_TODAY | MODULES_TOO_WIDE_TODAY | {one.split(":")[0] for one in FUNCTIONS_TOO_LONG_TODAY}
    assert all((ROOT / name).is_file() for name in listed | WIDE_BY_NATURE)
