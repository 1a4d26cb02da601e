"""Charts: marks that are links, text that is escaped, sizes that add up."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from crm.ui import charts
from crm.ui.charts import Bar, Part, Point, Series

NASTY = '"><script>alert(1)</script>&'


def parse(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def widths(root: ElementTree.Element) -> list[float]:
    return [float(rect.attrib["width"].rstrip("%")) for rect in root.iter("rect") if "mark" in rect.attrib["class"]]


def test_the_longest_bar_fills_the_chart_and_the_others_follow() -> None:
    root = parse(charts.bars([("A", 50, "50", "/a/"), ("B", 200, "200", "/b/"), ("C", 0, "0", "/c/")], label="Bars"))
    assert widths(root) == [25, 100]  # nothing is drawn for nothing
    assert root.attrib["aria-label"] == "Bars"


def test_every_mark_is_a_link_with_a_title() -> None:
    root = parse(
        charts.stacked_bars([Bar("A", [Part(1, "€1", "won", "/w/"), Part(3, "€3", "lost", "/l/")])], label="x")
    )
    marks = [link for link in root.iter("a") if link.find("rect") is not None]
    assert [link.attrib["href"] for link in marks] == ["/w/", "/l/"]
    assert [link.findtext("title") for link in marks] == ["A, won: €1", "A, lost: €3"]
    assert widths(root) == [25, 75]


def test_what_comes_from_outside_is_escaped() -> None:
    drawn = [
        charts.bars([(NASTY, 1, NASTY, "/?q=" + NASTY)], label=NASTY),
        charts.columns([Bar(NASTY, [Part(1, NASTY, NASTY, NASTY)])], label=NASTY),
        charts.lines([Series(NASTY, [Point(NASTY, 1, NASTY, NASTY)])], label=NASTY),
        charts.funnel([(NASTY, 1, NASTY)], label=NASTY),
    ]
    for svg in drawn:
        assert "<script" not in svg
        assert parse(svg).tag == "svg"  # still well formed


def test_nothing_to_draw_is_no_error() -> None:
    for svg in (
        charts.bars([], label="x"),
        charts.stacked_bars([], label="x"),
        charts.columns([], label="x"),
        charts.lines([], label="x"),
        charts.lines([Series("a", [])], label="x"),
        charts.funnel([], label="x"),
    ):
        assert parse(svg).tag == "svg"


def test_no_inline_style_which_the_policy_would_refuse() -> None:
    svg = charts.lines([Series("a", [Point("May", 3, "3"), Point("June", 5, "5")])], label="x")
    assert not re.search(r"\sstyle=|<style", svg)


def test_a_funnel_says_how_many_went_on() -> None:
    svg = charts.funnel([("Leads", 400, "/l/"), ("Qualified", 100, "/q/"), ("Won", 50, "/w/")], label="Funnel")
    assert "100 · 25% of the step before" in svg
    assert "50 · 50% of the step before" in svg
    assert widths(parse(svg)) == [100, 25, 12.5]


def test_a_line_has_a_mark_per_point() -> None:
    points = [Point("May", 3, "3", "/5/"), Point("June", 5, "5", "/6/"), Point("July", 4, "4", "/7/")]
    root = parse(charts.lines([Series("now", points), Series("then", points[:2])], label="x"))
    assert len(list(root.iter("polyline"))) == 2
    assert len(list(root.iter("circle"))) == 5


@pytest.mark.parametrize(
    ("value", "top"), [(0, 4), (1, 4), (3, 4), (9, 12), (17, 20), (87, 100), (120, 120), (4_100, 6_000), (0.5, 0.6)]
)
def test_the_scale_ends_at_a_round_number(value: float, top: float) -> None:
    assert charts.nice_top(value) == pytest.approx(top)
    assert charts.nice_top(value) >= value
