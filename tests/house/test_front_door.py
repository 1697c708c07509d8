"""
The top of the repository and the public names of each package: what a newcomer sees first.
"""

import ast
import importlib
from types import ModuleType

import pytest

from tests.house.tree import PACKAGES, ROOT, sources, tracked, tree

TOP_LEVEL = {
    "pyproject.toml", "README.md", "factdb", "features", "learning", "api", "tests", "migrations",
    "docs", "examples", "benchmarks", "decisions", ".ci", "Makefile", "constraints.txt", ".gitignore",
}  # fmt: skip


def test_the_top_level_holds_nothing_unexpected() -> None:
    assert {name.split("/")[0] for name in tracked()} <= TOP_LEVEL


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_of_a_package_is_there_and_documented(package: str) -> None:
    module = importlib.import_module(package)
    assert not [name for name in getattr(module, "__all__", ()) if not _documented(module, name)]


def _documented(module: ModuleType, name: str) -> bool:
    """A class or function says what it is; a plain value is explained by the module that defines it."""
    value = getattr(module, name)
    return bool(value.__doc__) if isinstance(value, type) or callable(value) else bool(module.__doc__)


def test_every_module_and_every_public_class_and_function_says_what_it_promises() -> None:
    silent = [
        f"{name}:{getattr(node, 'name', 'module')}"
        for name in sources(*PACKAGES)
        if tree(name).body  # an empty __init__ only marks a folder as a package
        for node in [tree(name), *tree(name).body]
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and not getattr(node, "name", "").startswith("_")
        and not ast.get_docstring(node)
    ]
    assert not silent


@pytest.mark.parametrize("package", PACKAGES)
def test_every_source_file_is_in_a_package(package: str) -> None:
    folders = {(ROOT / name).parent for name in sources(package)}
    assert not [folder for folder in folders if not (folder / "__init__.py").is_file()]
