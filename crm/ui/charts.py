"""Charts as SVG made by the server. Every mark is a link to the rows behind it; colours are CSS classes.

Widths are percentages of an SVG without a viewBox, so a chart fits any screen and its text keeps its size.
A page shows the same numbers in a table beside the chart; the figure and its caption are the page's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from html import escape  # Django's takes several times as long, and a page of charts has thousands of texts
from math import ceil, floor, log10

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from crm.ui import format as formats

ROW = 44  # a line of text and a bar
BAR = 12
MOST_TICKS = 5  # labels on the time axis: more would run into each other on a phone
FEWEST_COLUMNS = 8  # that fill the width: fewer are as wide, and stand in the middle
FULL = 100.0
NICE = (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10)


@dataclass(frozen=True)
class Part:
    """A piece of a bar. ``text`` is the value as people read it."""

    value: float
    text: str
    label: str = ""
    url: str = ""
    css: str = "series-1"


@dataclass(frozen=True)
class Bar:
    """A line of a bar chart: a label, the text at its end, and one or more parts."""

    label: str
    parts: Sequence[Part]
    text: str = ""
    url: str = ""


@dataclass(frozen=True)
class Point:
    """A value at a place of the time axis."""

    label: str
    value: float
    text: str
    url: str = ""


@dataclass(frozen=True)
class Series:
    """One line."""

    name: str
    points: Sequence[Point]
    css: str = "series-1"


@dataclass
class _Svg:
    """Collects elements; everything that comes from outside is escaped here."""

    height: float
    label: str
    parts: list[str] = field(default_factory=list)

    def add(self, tag: str, text: str = "", **attributes: object) -> None:
        self.parts.append(element(tag, escape(text), **attributes))

    def link(self, url: str, title: str, inner: str) -> None:
        body = element("title", escape(title)) + inner
        self.parts.append(element("a", body, href=url, aria_label=title) if url else element("g", body))

    def done(self, css: str = "chart") -> SafeString:
        inner = "".join(self.parts)
        return mark_safe(
            element("svg", inner, class_=css, width="100%", height=_n(self.height), role="group", aria_label=self.label)
        )


def element(tag: str, inner: str = "", **attributes: object) -> str:
    """An SVG element: ``text_anchor`` becomes ``text-anchor``, ``class_`` ``class``; ``inner`` is safe already."""
    pairs = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(str(value))}"' for name, value in attributes.items()
    )
    return f"<{tag}{pairs}>{inner}</{tag}>"


def bars(
    rows: Sequence[tuple[str, float, str, str]], *, label: str, css: str = "series-1", most: float = 0
) -> SafeString:
    """One bar for each ``(label, value, text, url)``; ``most`` as in ``stacked_bars``."""
    lines = [Bar(name, [Part(value, text, url=url, css=css)], text, url) for name, value, text, url in rows]
    return stacked_bars(lines, label=label, most=most)


def stacked_bars(rows: Sequence[Bar], *, label: str, most: float = 0) -> SafeString:
    """Horizontal bars of one or more parts. One of the value ``most`` (of rates: 1) is as wide as the chart; by default
    the longest is.
    """
    most = most or max((sum(max(part.value, 0) for part in row.parts) for row in rows), default=0)
    svg = _Svg(ROW * len(rows), label)
    for index, row in enumerate(rows):
        top = index * ROW
        _head(svg, row.label, row.text, row.url, top)
        svg.add("rect", class_="chart-track", x=0, y=top + 24, width="100%", height=BAR, rx=3)
        left = 0.0
        for part in row.parts:
            width = FULL * max(part.value, 0) / most if most else 0.0
            title = f"{row.label}, {part.label}: {part.text}" if part.label else f"{row.label}: {part.text}"
            mark = element("rect", class_=f"mark {part.css}", x=_p(left), y=top + 24, width=_p(width), height=BAR, rx=3)
            if width:
                svg.link(part.url or row.url, title, mark)
            left += width
    return svg.done()


def funnel(steps: Sequence[tuple[str, int, str]], *, label: str) -> SafeString:
    """Steps ``(label, count, url)`` of a way, each with its share of the step before."""
    first = max((count for _, count, _ in steps), default=0)
    svg = _Svg(ROW * len(steps), label)
    for index, (name, count, url) in enumerate(steps):
        top = index * ROW
        before = steps[index - 1][1] if index else 0
        text = formats.number(count)
        if before:
            share = formats.points(Decimal(count) / before * 100)
            text = _("%(count)s · %(share)s of the step before") % {"count": text, "share": share}
        _head(svg, name, text, url, top)
        width = FULL * count / first if first else 0.0
        mark = element(
            "rect", class_="mark series-1", x=_p((FULL - width) / 2), y=top + 22, width=_p(width), height=16, rx=3
        )
        if width:
            svg.link(url, f"{name}: {text}", mark)
    return svg.done()


def lines(
    series: Sequence[Series],
    *,
    label: str,
    axis: Callable[[float], str] = formats.number_short,
    height: int = 220,
    top: float = 0,
) -> SafeString:
    """Values over time, all series over the labels of the first; ``axis`` writes the values of the scale.

    The scale ends with ``top`` (of rates: 1), or else a little above the largest value.
    """
    svg = _Svg(height + 28, label)
    now = series[0].points if series else []
    top = top or nice_top(max((point.value for one in series for point in one.points), default=0))
    _grid(svg, top, axis, height)
    for one in series:
        svg.parts.append(_path(one, top, height))
    step = max(ceil(len(now) / MOST_TICKS), 1)
    for index, point in enumerate(now):
        x = _x(index, len(now))
        if index % step == 0:
            anchor = "start" if index == 0 else "end" if index == len(now) - 1 else "middle"
            svg.add("text", point.label, class_="chart-tick", x=_p(x), y=height + 20, text_anchor=anchor)
    for one in series:
        _marks(svg, one, top, height)
    return svg.done("chart chart-scaled")


def columns(
    rows: Sequence[Bar], *, label: str, axis: Callable[[float], str] = formats.number_short, height: int = 220
) -> SafeString:
    """Upright bars over time, stacked from their parts, which are counts."""
    svg = _Svg(height + 28, label)
    top = nice_top(max((sum(max(part.value, 0) for part in row.parts) for row in rows), default=0))
    _grid(svg, top, axis, height)
    step = max(ceil(len(rows) / MOST_TICKS), 1)
    room = FULL / max(len(rows), FEWEST_COLUMNS)
    margin = (FULL - room * len(rows)) / 2
    for index, row in enumerate(rows):
        left, foot = margin + index * room, float(height)
        for part in row.parts:
            tall = height - _y(part.value, top, height)
            title = f"{row.label}, {part.label}: {part.text}" if part.label else f"{row.label}: {part.text}"
            mark = element(
                "rect",
                class_=f"mark {part.css}",
                x=_p(left + room * 0.18),
                y=_n(foot - tall),
                rx=2,
                width=_p(room * 0.64),
                height=_n(tall),
            )
            if tall:
                svg.link(part.url or row.url, title, mark)
            foot -= tall
        if index % step == 0:
            svg.add("text", row.label, class_="chart-tick", x=_p(left + room / 2), y=height + 20, text_anchor="middle")
    return svg.done("chart chart-scaled")


def nice_top(value: float) -> float:
    """The top of a scale that holds ``value``; a quarter of it is a round number too."""
    if value <= 0:
        return 4.0
    if 1 <= value <= 20:  # mostly counts: whole numbers on the scale
        return 4.0 * ceil(value / 4)
    power = 10.0 ** floor(log10(value))
    return next(step * power for step in NICE if step * power >= value * 0.999)


def _head(svg: _Svg, label: str, text: str, url: str, top: float) -> None:
    name = element("text", escape(label), x=0, y=top + 16)
    value = element("text", escape(text), class_="chart-value", x="100%", y=top + 16, text_anchor="end")
    svg.parts.append(element("a", name + value, href=url) if url else name + value)


def _grid(svg: _Svg, top: float, axis: Callable[[float], str], height: int) -> None:
    for quarter in range(5):
        y = round(height - (height - 16) * quarter / 4) if quarter else height
        css = "chart-grid" if quarter else "chart-axis"
        svg.add("line", class_=css, x1=0, x2="100%", y1=y, y2=y)
        if quarter:
            svg.add("text", axis(top * quarter / 4), class_="chart-tick", x=-8, y=y + 4, text_anchor="end")


def _x(index: int, count: int) -> float:
    return FULL * index / (count - 1) if count > 1 else FULL / 2


def _y(value: float, top: float, height: float) -> float:
    return height - (height - 16) * max(value, 0) / top


def _path(one: Series, top: float, height: int) -> str:
    """The line in a box of its own that is stretched; only so can a line have a width in percent."""
    places = [
        (_n(10 * _x(index, len(one.points))), _n(_y(point.value, top, height)))
        for index, point in enumerate(one.points)
    ]
    if not places:
        return ""
    points = " ".join(f"{x},{y}" for x, y in places)
    drawn = element("polyline", class_=f"line {one.css}", points=points, vector_effect="non-scaling-stroke")
    return element(
        "svg", drawn, x=0, y=0, width="100%", height=height, viewBox=f"0 0 1000 {height}", preserveAspectRatio="none"
    )


def _marks(svg: _Svg, one: Series, top: float, height: int) -> None:
    for index, point in enumerate(one.points):
        dot = element(
            "circle",
            class_=f"mark {one.css}",
            cx=_p(_x(index, len(one.points))),
            r=4,
            cy=_n(_y(point.value, top, height)),
        )
        svg.link(point.url, f"{one.name}, {point.label}: {point.text}", dot)


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _p(value: float) -> str:
    return f"{_n(value)}%"
