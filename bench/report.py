"""The table at the end, and the same as JSON."""

import json
import platform
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.rounds import Result, Turn, cost, spread

HEADINGS = (
    *("request", "CPU ms", "middle half", "× bare", "target"),
    *("× small", "target", "p50 ms", "p95 ms", "statements", "kB", ""),
)


@dataclass(frozen=True, slots=True)
class Memory:
    """Megabytes (PSS) after everything was measured; None where the kernel does not tell.

    ``database``: that of its processes, where it has any of its own.
    """

    product: float | None
    database: float | None


@dataclass(frozen=True, slots=True)
class Report:
    """Everything measured on one engine."""

    engine: str
    sizes: tuple[int, int]
    results: Sequence[Result]
    memory: Memory

    @property
    def missed(self) -> list[str]:
        return [
            f"{result.subject.label} on {self.engine}: {sentence}"
            for result in self.results
            for sentence in _missed(result)
        ]

    def table(self) -> str:
        """Markdown, aligned so that a terminal shows it as a table too."""
        rows = [row for result in self.results for row in _rows(result)]
        small, large = self.sizes
        title = f"{self.engine}, {large:,} tickets (small: {small:,})"
        about = f"Memory (PSS): the product {_mb(self.memory.product)}"
        if self.memory.database is not None:
            about += f", PostgreSQL {_mb(self.memory.database)}"
        return f"{title}\n\n{_aligned([HEADINGS, *_once(rows)])}\n\n{about}\n"


def write(reports: Sequence[Report], file: Path) -> None:
    content = {
        "machine": {
            "system": platform.platform(),
            "python": platform.python_version(),
            "processors": len(_processors()),
            "processor": next(iter(_processors()), platform.machine()),
        },
        "engines": [_as_json(report) for report in reports],
    }
    file.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def _missed(result: Result) -> list[str]:
    subject, sentences = result.subject, []
    if subject.most and result.times_bare > subject.most:
        sentences.append(f"{result.times_bare:.2f} times the bare one, not {subject.most:g}")
    if subject.growth and result.growth > subject.growth:
        sentences.append(f"{result.growth:.2f} times its cost when small, not {subject.growth:g}")
    return sentences


def _rows(result: Result) -> list[Sequence[str]]:
    subject = result.subject
    target = f"≤ {subject.most:g}" if subject.most else ""
    growth = f"≤ {subject.growth:g}" if subject.growth else ""
    verdict = ("missed" if _missed(result) else "met") if subject.most else ""
    statements = "" if result.statements is None else str(result.statements)
    return [
        (
            *(subject.bare.label, *_costs(result.bare), "1.00", "", "", ""),
            *(*_waits(result.bare), "1", _kb(result.bare), ""),
        ),
        (
            *(subject.label, *_costs(result.large), f"{result.times_bare:.2f}", target),
            *(f"{result.growth:.2f}", growth),
            *(*_waits(result.large), statements, _kb(result.large), verdict),
        ),
    ]


def _once(rows: Sequence[Sequence[str]]) -> list[Sequence[str]]:
    """Each bare request stands in the table once: as it was the first time it was measured."""
    return list({row[0]: row for row in reversed(rows)}.values())[::-1]


def _costs(turns: list[Turn]) -> tuple[str, str]:
    low, high = spread(turns)
    return f"{cost(turns):.2f}", f"{low:.2f}–{high:.2f}"


def _waits(turns: list[Turn]) -> tuple[str, str]:
    p50, p95 = waits_ms(turns)
    return f"{p50:.1f}", f"{p95:.1f}"


def waits_ms(turns: list[Turn]) -> tuple[float, float]:
    """How long half, and how long 95 of 100, waited for the answer at most."""
    waits = sorted(1000 * seconds for turn in turns for seconds in turn.seconds)
    return statistics.median(waits), waits[int(0.95 * (len(waits) - 1))]


def _kb(turns: list[Turn]) -> str:
    return f"{turns[-1].kb:.1f}"


def _mb(amount: float | None) -> str:
    return "not shown here" if amount is None else f"{amount:.0f} MB"


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def _as_json(report: Report) -> dict[str, Any]:
    return {
        "engine": report.engine,
        "tickets": report.sizes,
        "memory_mb": asdict(report.memory),
        "missed": report.missed,
        "requests": [
            {
                "name": result.subject.name,
                "times_bare": round(result.times_bare, 3),
                "times_bare_target": result.subject.most,
                "growth": round(result.growth, 3),
                "growth_target": result.subject.growth,
                "statements": result.statements,
                "bare": _figures(result.bare),
                "small": _figures(result.small),
                "large": _figures(result.large),
            }
            for result in report.results
        ],
    }


def _figures(turns: list[Turn]) -> dict[str, Any]:
    p50, p95 = waits_ms(turns)
    return {
        "cpu_ms": round(cost(turns), 3),
        "cpu_ms_of_rounds": [round(turn.cpu_ms, 3) for turn in turns],
        "p50_ms": round(p50, 2),
        "p95_ms": round(p95, 2),
        "kb": round(turns[-1].kb, 1),
    }


def _processors() -> list[str]:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
