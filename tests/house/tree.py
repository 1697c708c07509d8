"""The files of the project as the house rules see them: what git tracks, parsed once."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("factdb", "features", "learning", "api", "examples", "migrations")


@cache
def tracked() -> tuple[str, ...]:
    """Every file that git tracks and that is there, as a path from the root."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return tuple(name for name in listed.split("\0") if name and (ROOT / name).is_file())


def sources(*folders: str) -> list[str]:
    """The tracked Python files under `folders`."""
    return [name for name in tracked() if name.endswith(".py") and name.split("/")[0] in folders]


def text(name: str) -> str | None:
    """What the file holds; None if it is not text."""
    try:
        return (ROOT / name).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


@cache
def tree(name: str) -> ast.Module:
    """The parsed file `name`."""
    return ast.parse((ROOT / name).read_bytes(), filename=name)


def functions(name: str) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Each function of a file with its dotted name, methods and inner functions included."""
    def walk(node: ast.AST, prefix: str) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
        for child in ast.iter_child_nodes(node):
            inner = prefix
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                inner = f"{prefix}.{child.name}"
                if not isinstance(child, ast.ClassDef):
                    yield inner.removeprefix("."), child
            yield from walk(child, inner)

    yield from walk(tree(name), "")


def public_names(name: str) -> list[str]:
    """The names that a module defines at its top and that do not start with an underscore."""
    found: list[str] = []
    for node in tree(name).body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                found.append(node.name)
            case ast.Assign(targets=targets):
                found += [target.id for target in targets if isinstance(target, ast.Name)]
            case ast.AnnAssign(target=ast.Name(id=one)):
                found.append(one)
    return [one for one in dict.fromkeys(found) if not one.startswith("_")]


def lines_with(pattern: str, name: str) -> list[str]:
    """`file:line` of each line of the file that `pattern` matches."""
    content = text(name)
    if content is None:
        return []
    return [f"{name}:{number}" for number, line in enumerate(content.splitlines(), 1) if re.search(pattern, line)]
