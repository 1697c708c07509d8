"""
Every ```python block of the README and of docs/ runs, in order, each document in one namespace and an empty folder.

A block that cannot run says why: ```python not-run: the reason.
A ```pycon block is a doctest.
"""

import doctest
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

from tests.house.tree import ROOT, tracked

DOCUMENTS = [name for name in tracked() if name == "README.md" or re.fullmatch(r"docs/.*\.md", name)]
FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: what its fence says, its text, the line of the fence."""

    info: str
    text: str
    line: int


def blocks(document: str) -> Iterator[Block]:
    """The fenced blocks of a document in order."""
    content = (ROOT / document).read_text(encoding="utf-8")
    for found in FENCE.finditer(content):
        yield Block(found.group(1).strip(), found.group(2), content.count("\n", 0, found.start()) + 1)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_block_of_python_runs(document: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    module = ModuleType("document")
    monkeypatch.setitem(sys.modules, "document", module)
    for block in blocks(document):
        if block.info == "python":
            # As many empty lines before it, so that a traceback names the line of the document.
            exec(compile("\n" * block.line + block.text, document, "exec"), module.__dict__)
        elif block.info == "pycon":
            _doctest(document, block, module.__dict__)


def _doctest(document: str, block: Block, names: dict[str, object]) -> None:
    test = doctest.DocTestParser().get_doctest(block.text, names, document, document, block.line)
    failed = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, clear_globs=False)
    names.update(test.globs)
    assert failed.failed == 0, f"{document}, line {block.line}: the block shows another answer"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_block_that_does_not_run_says_why(document: str) -> None:
    marked = [block for block in blocks(document) if re.match(r"(python|pycon)\b", block.info)]
    assert all(block.info in {"python", "pycon"} or re.fullmatch(r"python not-run: \w.+", block.info)
               for block in marked)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_leads_to_a_file(document: str) -> None:
    content = FENCE.sub("", (ROOT / document).read_text(encoding="utf-8"))
    here = (ROOT / document).parent
    assert not [link for link in LINK.findall(content) if not (here / link).exists()]
