"""
Imports stand at the top, and every module has its place in the layers that import-linter holds.
"""

import ast
import tomllib

import pytest

from tests.house.tree import PACKAGES, ROOT, functions, sources

LAYERED = ("factdb", "features", "learning", "api")
DEFERRED_TODAY: set[str] = set()


def _contracts() -> list[dict[str, object]]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts: list[dict[str, object]] = settings["tool"]["importlinter"]["contracts"]
    return contracts


def _layers(package: str) -> set[str]:
    inside = [contract for contract in _contracts() if contract.get("containers") == [package]]
    assert all(contract.get("exhaustive") for contract in inside), f"the layers of {package} leave modules out"
    named = [layer for contract in inside for layer in contract["layers"]]  # type: ignore[attr-defined]
    return {module.strip() for layer in named for module in layer.replace(":", "|").split("|")}


def test_no_import_is_deferred() -> None:
    deferred = {
        f"{name}:{function}"
        for name in sources(*PACKAGES)
        for function, node in functions(name)
        if any(isinstance(inner, ast.Import | ast.ImportFrom) for inner in ast.walk(node))
    }
    assert deferred == DEFERRED_TODAY


@pytest.mark.parametrize("package", LAYERED)
def test_every_module_is_placed_in_a_layer(package: str) -> None:
    below = {name.split("/")[1].removesuffix(".py") for name in sources(package)} - {"__init__"}
    assert below <= _layers(package)


def test_every_package_is_under_the_contracts() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert set(settings["tool"]["importlinter"]["root_packages"]) == set(PACKAGES)
    assert set(settings["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) == set(PACKAGES)
