import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np

from examples.plots import Curve, Mark, calibration_plot, interval_plot, marks_plot
from examples.report import Figure, Section, Table, write_report


def pictures() -> tuple[Figure, ...]:
    x = np.arange(3.0)
    return (
        Figure(caption="delay", svg=interval_plot("Delay", x, x, x - 1, x + 1, x_label="hour", y_label="min")),
        Figure(caption="calibration", svg=calibration_plot(
            "Calibration", {"glm": Curve(predicted=x / 4, observed=x / 5)})),
        Figure(caption="worlds", svg=marks_plot("Worlds", [
            Mark(label="as ever", middle=5, low=2, high=9, weight=0.25),
            Mark(label="as learned", middle=7, low=4, high=11, weight=0.75)], threshold=8, x_label="late flights")),
    )


def written(tmp_path: Path) -> str:
    section = Section(title="Scores", paragraphs=("A < B & C",), figures=pictures(), tables=(
        Table(caption="side by side", columns=("model", "rows", "auc"),
              rows=(("glm", 1234567, 0.71234), ("none", 0, None))),))
    path = write_report(tmp_path / "deep" / "report.html", title="A year", lead="in <one> page", sections=(section,))
    return path.read_text(encoding="utf-8")


def test_the_report_asks_nothing_of_the_network(tmp_path: Path) -> None:
    html = written(tmp_path)
    # A namespace is a name, not an address that a browser visits.
    visited = re.findall(r"""(?:src|href|url)\s*[=(]\s*["']?([^"')>\s]+)""", re.sub(r'xmlns(:\w+)?="[^"]*"', "", html))
    assert all(address.startswith("#") for address in visited)
    assert "<script" not in html
    assert "@import" not in html


def test_numbers_and_missing_ones_are_shown_for_people_and_text_is_escaped(tmp_path: Path) -> None:
    html = written(tmp_path)
    assert "1,234,567" in html
    assert "0.7123" in html
    assert "–</td>" in html
    assert "A &lt; B &amp; C" in html
    assert "in &lt;one&gt; page" in html


def test_every_element_that_opens_closes(tmp_path: Path) -> None:
    class Balance(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.open: list[str] = []

        def handle_starttag(self, tag: str, attrs: object) -> None:
            if tag not in {"meta", "br"}:
                self.open.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert self.open.pop() == tag

    parser = Balance()
    parser.feed(written(tmp_path))
    assert parser.open == []


def test_the_same_data_give_the_same_picture_and_two_pictures_share_no_identifier() -> None:
    once, twice = pictures(), pictures()
    assert once == twice
    names = [set(re.findall(r'id="(p?m?[0-9a-f]{10,})"', figure.svg)) for figure in once]
    assert names[0]
    assert not names[0] & names[1]
    assert not names[1] & names[2]
