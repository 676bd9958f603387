"""Who is measured after whom.

Another process may slow this machine down for a while, by its use of caches and memory even where
it takes none of our processors. So each request is measured in many short turns, and within a
round the bare request, the small database's and the large one's follow each other directly: what
is compared has met the same weather.
"""

import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from bench.plan import Subject, new_ticket
from bench.scene import Scene
from bench.servers import Serving
from bench.visitor import Answer, Unexpected, Visitor

WARM_UP_REQUESTS = 5
"""Over each of the fresh connections before anything counts: by chance both processes of a server
get some of those."""
_SETTLE_SECONDS = 0.005
"""After the last answer a server still closes its transaction and looks for the next request."""


@dataclass(slots=True)
class Stage:
    """A server with everybody who asks it."""

    serving: Serving
    visitors: Mapping[str, Visitor]
    scene: Scene | None = None
    tags: dict[str, str] = field(default_factory=dict)
    filed: int = 0

    def ask(self, subject: Subject) -> Answer:
        """Send the request; raises Unexpected for an answer that is not the one to measure."""
        visitor = self.visitors[subject.who]
        if subject.method == "POST":
            self.filed += 1
            answer = visitor.ask_json(subject.path, self.new_row())
            _expect(answer, 201)
        elif subject.conditional:
            answer = self._ask_again(visitor, subject)
        else:
            ticket_id = self.scene.ticket_id if self.scene else 0
            answer = visitor.ask("GET", subject.path.format(ticket_id=ticket_id))
            _expect(answer, 200)
        return answer

    def _ask_again(self, visitor: Visitor, subject: Subject) -> Answer:
        """Whether there is anything new, in the words of a page that has seen all."""
        answer = visitor.ask(
            "GET", subject.path, headers={"If-None-Match": self.tags.get(subject.name, "")}
        )
        if answer.status == 200 and "ETag" in answer.headers:
            self.tags[subject.name] = answer.headers["ETag"]
            return self._ask_again(visitor, subject)
        _expect(answer, 304)
        return answer

    def new_row(self) -> Mapping[str, object]:
        if self.scene:
            return new_ticket(self.scene.requester_id, self.filed)
        return {"title": "Printer shows an error", "priority": "high", "requester": "Ann Ask"}


@dataclass(slots=True)
class Turn:
    """What some requests in a row took."""

    cpu_ms: float
    seconds: list[float]
    kb: float


@dataclass(slots=True)
class Result:
    """One subject on one engine: its turns in the order of the rounds."""

    subject: Subject
    bare: list[Turn] = field(default_factory=list)
    small: list[Turn] = field(default_factory=list)
    large: list[Turn] = field(default_factory=list)
    statements: int | None = None

    @property
    def times_bare(self) -> float:
        return _median_ratio(self.large, self.bare)

    @property
    def growth(self) -> float:
        return _median_ratio(self.large, self.small)


def cost(turns: list[Turn]) -> float:
    """The median of the turns, in milliseconds of processor time for one request."""
    return statistics.median(turn.cpu_ms for turn in turns)


def spread(turns: list[Turn]) -> tuple[float, float]:
    """Between which costs the middle half of the turns lies."""
    costs = sorted(turn.cpu_ms for turn in turns)
    quarter = len(costs) // 4
    return costs[quarter], costs[-1 - quarter]


def _median_ratio(turns: list[Turn], others: list[Turn]) -> float:
    return statistics.median(
        one.cpu_ms / other.cpu_ms for one, other in zip(turns, others, strict=True)
    )


def measure(
    subjects: tuple[Subject, ...],
    bare: Stage,
    small: Stage,
    large: Stage,
    *,
    warm_ups: int,
    rounds: int,
    requests: int,
) -> list[Result]:
    """Warm everything up and go round; what cannot be asked for is left out, with a sentence."""
    results = []
    for subject in subjects:
        try:
            for stage, asked in ((bare, subject.bare), (small, subject), (large, subject)):
                warm_up(stage, asked, warm_ups)
        except Unexpected as problem:
            print(f"{subject.label}: not measured, {problem}")
        else:
            results.append(Result(subject))
    for _ in range(rounds):
        for result in results:
            result.bare.append(turn(bare, result.subject.bare, requests))
            result.small.append(turn(small, result.subject, requests))
            result.large.append(turn(large, result.subject, requests))
    return results


def warm_up(stage: Stage, subject: Subject, connections: int) -> None:
    for _ in range(connections):
        for _ in range(WARM_UP_REQUESTS):
            stage.ask(subject)
        stage.visitors[subject.who].leave()


def turn(stage: Stage, subject: Subject, requests: int) -> Turn:
    stage.ask(subject)  # over the new connection, which is no part of it
    time.sleep(_SETTLE_SECONDS)
    before = stage.serving.cpu_ms()
    answers = [stage.ask(subject) for _ in range(requests)]
    time.sleep(_SETTLE_SECONDS)
    used = stage.serving.cpu_ms() - before
    stage.visitors[subject.who].leave()
    return Turn(
        cpu_ms=used / requests,
        seconds=[answer.seconds for answer in answers],
        kb=len(answers[-1].body) / 1000,
    )


def _expect(answer: Answer, status: int) -> None:
    if answer.status != status:
        raise Unexpected(f"the answer was {answer.status} instead of {status}")
