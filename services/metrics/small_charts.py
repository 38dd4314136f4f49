"""Small charts as lines on paper: a metric by day, baseline and target across, marks by number."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from services.metrics.paper import FONT, GREY, MARGIN, Paper
from services.metrics.report import Point, Series
from services.metrics.words import said

WIDE, HIGH, ACROSS = 60, 34, 3  # millimetres of one chart with its title, and how many in a row
GAP, HEAD, FOOT = 5.9, 7.5, 3.5
Dashes = tuple[float, float]
Colour = tuple[int, int, int]
LINES: tuple[tuple[str, Dashes, Colour], ...] = (  # dash and gap as well as colour tell them apart
    ("points", (0, 0), (23, 134, 128)),
    ("on", (1.6, 0.8), (201, 106, 27)),
    ("off", (0.5, 0.8), (63, 134, 198)),
)
LEGEND = (
    "Lines: all solid green; with the workflow on dashed orange, with it off dotted blue, where there "
    "is both. Grey across: baseline long dashes, target dots. Numbers above: what happened, at the "
    "end of this file."
)
Mark = tuple[str, date]  # the numbers of what happened on a day


@dataclass(frozen=True)
class Frame:
    """Where a chart lies on the page, and what its edges mean."""

    x: float
    y: float
    first: date
    days: int
    most: float

    def at(self, day: date, value: float) -> tuple[float, float]:
        """The place of a value on the page."""
        across = (day - self.first).days / max(1, self.days - 1)
        return self.x + across * WIDE, self.y + (HIGH - HEAD - FOOT) * (1 - value / self.most)


def small_charts(
    paper: Paper, found: Sequence[tuple[Series, Sequence[Mark]]], days: Sequence[date]
) -> None:
    """Each series that has more than one day with its marks, three in a row."""
    drawn = [(series, marks) for series, marks in found if len(series.points) > 1]
    for number, (series, marks) in enumerate(drawn):
        if number % ACROSS == 0:
            if paper.will_page_break(HIGH + 2):
                paper.add_page()
            top = paper.get_y()
        x = MARGIN + number % ACROSS * (WIDE + GAP)
        _chart(paper, series, frame_of(series, x, top + HEAD, days), marks)
        paper.set_y(top + (HIGH + 2 if number % ACROSS == ACROSS - 1 else 0))
    if len(drawn) % ACROSS:
        paper.set_y(top + HIGH + 2)


def frame_of(series: Series, x: float, y: float, days: Sequence[date]) -> Frame:
    """The frame of a chart at *x* and *y*: no line leaves it."""
    wanted = series.reading.wanted
    drawn = [value for line, _, _ in lines_of(series) for _, value in line]
    return Frame(
        x, y, days[0], len(days), max(*drawn, wanted.baseline or 0, wanted.target or 0) or 1
    )


def _chart(paper: Paper, series: Series, frame: Frame, marks: Sequence[Mark]) -> None:
    metric, wanted = series.reading.metric, series.reading.wanted
    _small(paper, frame.x, frame.y - HEAD, metric.title, "B")
    _small(paper, frame.x, frame.y - HEAD + 2.6, f"up to {said(metric.unit, frame.most)}")
    paper.set_draw_color(*GREY)
    paper.set_line_width(0.15)
    paper.rect(frame.x, frame.y, WIDE, HIGH - HEAD - FOOT)
    for value, dash, gap in ((wanted.baseline, 2.4, 1.0), (wanted.target, 0.4, 1.0)):
        if value is not None:
            _line(paper, frame, [(frame.first, value), (_last(frame), value)], (dash, gap))
    for numbers, day in marks:
        _line(paper, frame, [(day, 0), (day, frame.most)], (0.8, 0.8))
        _small(paper, frame.at(day, 0)[0] - 0.8, frame.y - 2.4, numbers, size=5)
    for values, dashes, colour in lines_of(series):
        paper.set_draw_color(*colour)
        paper.set_line_width(0.3)
        _line(paper, frame, values, dashes)
    _small(paper, frame.x, frame.y + HIGH - HEAD - FOOT + 0.4, str(frame.first), size=5)
    _small(
        paper, frame.x + WIDE - 9.5, frame.y + HIGH - HEAD - FOOT + 0.4, str(_last(frame)), size=5
    )


def lines_of(series: Series) -> Iterator[tuple[list[tuple[date, float]], Dashes, Colour]]:
    """The lines that are drawn: all, and how it was worked where there is both."""
    for attribute, dashes, colour in LINES:
        if attribute == "points" or (series.on and series.off):
            yield _values(getattr(series, attribute)), dashes, colour


def _values(points: Sequence[Point]) -> list[tuple[date, float]]:
    return [(point.day, max(0, point.measured.value or 0)) for point in points]


def _last(frame: Frame) -> date:
    return date.fromordinal(frame.first.toordinal() + max(1, frame.days - 1))


def _line(paper: Paper, frame: Frame, values: Sequence[tuple[date, float]], dashes: Dashes) -> None:
    paper.set_dash_pattern(*dashes)
    for begin, end in pairwise(frame.at(*one) for one in values):
        paper.line(*begin, *end)
    paper.set_dash_pattern()


def _small(paper: Paper, x: float, y: float, text: str, style: str = "", size: float = 6) -> None:
    paper.set_font(FONT, style, size)
    paper.text(x, y + 2, paper.plain(text))
