"""
A section of the report on a terminal: the same paragraphs, the same tables.
"""

from __future__ import annotations

from rich.console import Console
from rich.table import Table as Printed

from examples.report import Section, cell_text


def print_section(console: Console, section: Section) -> None:
    """Write `section` on `console`; its figures stand in the report only."""
    console.rule(section.title)
    for paragraph in section.paragraphs:
        console.print(paragraph, highlight=False)
    for table in section.tables:
        printed = Printed(title=table.caption, title_justify="left")
        for place, column in enumerate(table.columns):
            numbers = all(not isinstance(row[place], str) for row in table.rows)
            printed.add_column(column, justify="right" if numbers else "left")
        for row in table.rows:
            printed.add_row(*(cell_text(cell) for cell in row))
        console.print(printed)
