"""Where the marks of a chart go, as numbers that a template prints into an SVG."""

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

WIDTH = 668
HEIGHT = 292
LEFT, RIGHT = 38, 662
ZERO = 92.0
"""The line from which created grows up and solved down."""
REACH = 66.0
"""How far either may grow."""
GAP = 1.0
FLOOR, LEVEL_REACH = 286.0, 68.0
"""The backlog's zero and its height."""
DATES_AT = 188
LEAST_BAR = 2.0
DATES_SHOWN = 6
DATE_HALF = 20
"""How far a date reaches to either side of where it stands."""
BAR_MAX = 40.0


def ticks(greatest: int, *, about: int = 2) -> list[int]:
    """Round values from 0 that reach ``greatest``, in steps of 1, 2 or 5 times a power of ten."""
    rough = max(greatest, 1) / about
    power = 10 ** max(math.floor(math.log10(rough)), 0)
    step = next(n * power for n in (1, 2, 5, 10) if n * power >= rough)
    return list(range(0, math.ceil(max(greatest, 1) / step) * step + 1, step))


@dataclass(frozen=True, slots=True)
class Amounts:
    """What one step of the chart shows; the addresses lead to the lists behind the numbers."""

    label: str
    first: dt.date
    created: int
    solved: int
    backlog: int
    created_url: str
    solved_url: str
    backlog_url: str


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a click or a resting pointer asks for a number: larger than the mark itself."""

    x: float
    y: float
    width: float
    height: float
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Tick:
    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Point:
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class FlowChart:
    """Created upwards, solved downwards, and under them the backlog as a line over an area."""

    up: Sequence[Bar]
    down: Sequence[Bar]
    points: Sequence[Point]
    hits: Sequence[Hit]
    flow_ticks: Sequence[Tick]
    level_ticks: Sequence[Tick]
    dates: Sequence[Tick]
    level: int
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = RIGHT
    zero: float = ZERO
    floor: float = FLOOR

    @property
    def line(self) -> str:
        return "M" + "L".join(f"{point.x:.1f} {point.y:.1f}" for point in self.points)

    @property
    def area(self) -> str:
        first, last = self.points[0], self.points[-1]
        return f"{self.line}V{self.floor:.0f}H{first.x:.1f}z" if first is not last else ""

    @property
    def last(self) -> Point:
        return self.points[-1]


def flow_chart(steps: Sequence[Amounts]) -> FlowChart:
    """Lay out at least one step."""
    column = (RIGHT - LEFT) / len(steps)
    bar = min(column * 0.64, BAR_MAX)
    middles = [LEFT + column * (place + 0.5) for place in range(len(steps))]
    flow_ticks = ticks(max(max(step.created, step.solved) for step in steps))
    level_ticks = ticks(max(step.backlog for step in steps))
    per_ticket, per_open = REACH / flow_ticks[-1], LEVEL_REACH / level_ticks[-1]

    def bar_of(middle: float, n: int, *, up: bool) -> Bar:
        height = max(n * per_ticket - GAP, LEAST_BAR)
        y = ZERO - GAP - height if up else ZERO + GAP
        return Bar(middle - bar / 2, y, bar, height)

    placed = list(zip(middles, steps, strict=True))
    return FlowChart(
        up=[bar_of(x, s.created, up=True) for x, s in placed if s.created],
        down=[bar_of(x, s.solved, up=False) for x, s in placed if s.solved],
        points=[Point(x, FLOOR - s.backlog * per_open) for x, s in placed],
        hits=[hit for x, s in placed for hit in _hits(x - column / 2, column, s)],
        flow_ticks=[
            Tick(ZERO + sign * n * per_ticket, str(n))
            for n in flow_ticks
            for sign in ((-1, 1) if n else (1,))
        ],
        level_ticks=[Tick(FLOOR - n * per_open, str(n)) for n in level_ticks],
        dates=_dates(placed),
        level=steps[-1].backlog,
    )


def _hits(x: float, width: float, step: Amounts) -> Iterator[Hit]:
    above, below, level = ZERO - REACH, ZERO + REACH, FLOOR - LEVEL_REACH
    said = step.label
    if step.created:
        yield Hit(x, above, width, REACH, f"{said}: {step.created} created", step.created_url)
    if step.solved:
        yield Hit(x, ZERO, width, below - ZERO, f"{said}: {step.solved} solved", step.solved_url)
    yield Hit(x, level, width, LEVEL_REACH, f"{said}: {step.backlog} open", step.backlog_url)


def _dates(placed: Sequence[tuple[float, Amounts]]) -> Sequence[Tick]:
    """A few dates under the bars: Mondays where there are enough of them, else evenly."""
    mondays = [(x, step) for x, step in placed if step.first.weekday() == 0]
    chosen = mondays if len(mondays) > 2 else list(placed)
    every = math.ceil(len(chosen) / DATES_SHOWN)
    return [
        Tick(min(x, WIDTH - DATE_HALF), f"{step.first.day} {step.first:%b}")
        for x, step in chosen[every // 2 :: every]
    ]
