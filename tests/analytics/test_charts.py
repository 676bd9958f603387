"""Where the marks of a chart go."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web.charts import HEIGHT, LEFT, RIGHT, Amounts, flow_chart, ticks


@pytest.mark.parametrize(
    ("greatest", "expected"),
    [
        (0, [0, 1]),
        (1, [0, 1]),
        (2, [0, 1, 2]),
        (3, [0, 2, 4]),
        (16, [0, 10, 20]),
        (22, [0, 20, 40]),
        (41, [0, 50]),
        (1234, [0, 1000, 2000]),
    ],
)
def test_ticks_are_round(greatest: int, expected: list[int]) -> None:
    assert ticks(greatest) == expected


@given(st.integers(0, 10**9))
def test_ticks_reach_and_are_few(greatest: int) -> None:
    found = ticks(greatest)
    assert found[0] == 0
    assert found[-1] >= greatest
    assert 2 <= len(found) <= 4
    assert str(found[1]).rstrip("0") in ("1", "2", "5")


def amounts(n: int, created: int, solved: int, backlog: int) -> list[Amounts]:
    day = dt.date(2026, 1, 1)
    return [
        Amounts(str(i), day + dt.timedelta(days=i), created, solved, backlog, "c", "s", "b")
        for i in range(n)
    ]


@given(*[st.integers(1, 160), st.integers(0, 9999), st.integers(0, 9999), st.integers(0, 99999)])
def test_everything_stays_inside(n: int, created: int, solved: int, backlog: int) -> None:
    chart = flow_chart(amounts(n, created, solved, backlog))
    for bar in [*chart.up, *chart.down]:
        assert bar.x >= LEFT
        assert bar.x + bar.width <= RIGHT + 0.01
        assert bar.y >= 0
        assert bar.y + bar.height <= 180
    for point in chart.points:
        assert 190 <= point.y <= HEIGHT
    assert len(chart.up) == (n if created else 0)
    assert len(chart.points) == n
    assert len(chart.hits) == n * (1 + bool(created) + bool(solved))
    assert len(chart.dates) <= 7
