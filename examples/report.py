"""
The report that a demo leaves behind: one HTML file that needs no network and no other file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from jinja2 import Environment, FileSystemLoader, StrictUndefined

Cell: TypeAlias = str | int | float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of cells under column names; numbers stand at the right, None is a dash."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A picture as the text of an SVG element, with what it shows."""

    caption: str
    svg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading, paragraphs of plain text, then figures and tables in order."""

    title: str
    paragraphs: tuple[str, ...]
    figures: tuple[Figure, ...]
    tables: tuple[Table, ...]


def write_report(path: Path, *, title: str, lead: str, sections: Sequence[Section]) -> Path:
    """The path of the report, written as one self-contained HTML file; an older one is replaced."""
    templates = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True,
                            undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    templates.filters["cell"] = cell_text
    html = templates.get_template("report.html.j2").render(title=title, lead=lead, sections=sections)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(html, encoding="utf-8")
    return path


def cell_text(cell: Cell) -> str:
    """A cell as text: whole numbers with separators, others with four figures or more, None a dash.

    >>> [cell_text(cell) for cell in (336776, 0.43217, 12345.6, None, "JFK")]
    ['336,776', '0.4322', '12,346', '–', 'JFK']
    """
    match cell:
        case None:
            return "–"
        case bool() | str():
            return str(cell)
        case int():
            return f"{cell:,}"
    if abs(cell) >= 1000:
        return f"{cell:,.0f}"
    return f"{cell:.4g}"
