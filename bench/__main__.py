"""The arguments of ``make bench``, and the order of things."""

import argparse
import sys
from contextlib import ExitStack
from pathlib import Path

from app import create_app
from bench import bare, databases, report, scene, statements, visitor
from bench.databases import Database
from bench.plan import LARGE, SMALL, SUBJECTS, Subject
from bench.report import Memory, Report
from bench.rounds import Stage, measure
from bench.scene import PASSWORD, Scene
from bench.servers import BARE, PRODUCT, Serving, served
from bench.visitor import Visitor
from config import ROOT, Settings
from tests import postgres

FOLDER = ROOT / "instance" / "bench"


def main() -> None:
    wanted = _arguments().parse_args()
    if wanted.quick:
        wanted.rounds, wanted.requests = 3, 10
    subjects = tuple(s for s in SUBJECTS if s.quick or not wanted.quick)
    reports = []
    for engine in wanted.engine or databases.ENGINES:
        try:
            reports.append(_on(engine, subjects, wanted))
        except postgres.Unavailable as reason:
            print(f"Nothing was measured on PostgreSQL: {reason}")
    results = wanted.folder / "results.json"
    report.write(reports, results)
    for found in reports:
        print(f"\n{found.table()}")
    missed = [sentence for found in reports for sentence in found.missed]
    print("\n".join(f"Missed: {sentence}." for sentence in missed) or "Every target was met.")
    print(f"The same with all rounds: {results}")


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="few rounds, and only what has a target"
    )
    parser.add_argument("--engine", action="append", choices=databases.ENGINES, help="on this only")
    parser.add_argument("--warm-ups", type=int, default=8, help="fresh connections before that")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--requests", type=int, default=20, help="in a row, for each turn")
    parser.add_argument(
        "--tickets", type=int, nargs=2, default=(SMALL, LARGE), metavar=("SMALL", "LARGE")
    )
    parser.add_argument("--folder", type=Path, default=FOLDER, help="for the demos and the results")
    return parser


def _on(engine: str, subjects: tuple[Subject, ...], wanted: argparse.Namespace) -> Report:
    sizes = (wanted.tickets[0], wanted.tickets[1])
    with databases.copies(engine, sizes, wanted.folder) as both, ExitStack() as stack:
        apps = [create_app(Settings.from_environment(one.environment())) for one in both]
        scenes = [scene.furnish(app) for app in apps]
        bare.fill(both[-1].url)
        for database in both:
            databases.settle(database)
        print(f"Measuring on {engine}", file=sys.stderr)
        small, large = (_product(stack, *one) for one in zip(both, scenes, strict=True))
        beside = _bare(stack, both[-1])
        results = measure(
            *(subjects, beside, small, large),
            warm_ups=wanted.warm_ups,
            rounds=wanted.rounds,
            requests=wanted.requests,
        )
        memory = _memory(large.serving)
        for result in results:
            result.statements = statements.count(apps[-1], large, result.subject)
    return Report(engine, sizes, results, memory)


def _memory(serving: Serving) -> Memory:
    database = serving.database
    return Memory(serving.own.pss_mb(), database.pss_mb() if database else None)


def _product(stack: ExitStack, database: Database, of: Scene) -> Stage:
    serving = stack.enter_context(served(PRODUCT, database))
    visitors = {
        "agent": visitor.browser(serving.port, of.agent, PASSWORD),
        "requester": visitor.browser(serving.port, of.requester, PASSWORD),
        "program": visitor.program(serving.port, of.requester, PASSWORD),
    }
    return Stage(serving, visitors, of)


def _bare(stack: ExitStack, database: Database) -> Stage:
    serving = stack.enter_context(served(BARE, database))
    return Stage(serving, {"nobody": Visitor(serving.port)})


if __name__ == "__main__":
    main()
