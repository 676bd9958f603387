"""What is measured, and what it may cost."""

from collections.abc import Mapping
from dataclasses import dataclass

SMALL, LARGE = 1_000, 100_000
GROWTH = 1.25
"""What a request may cost with LARGE tickets, as a multiple of its cost with SMALL."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A request that is measured. ``most`` is how many times the bare one it may cost."""

    name: str
    label: str
    path: str
    who: str = "agent"
    method: str = "GET"
    most: float | None = None
    conditional: bool = False
    quick: bool = False

    @property
    def bare(self) -> "Subject":
        return BARE_INSERT if self.method == "POST" else BARE_PAGE

    @property
    def growth(self) -> float | None:
        return GROWTH if self.most else None


BARE_PAGE = Subject("bare_page", "Bare page of 50 rows", "/", who="nobody")
BARE_INSERT = Subject("bare_insert", "Bare insert", "/", who="nobody", method="POST")

SUBJECTS = (
    Subject("queue", "Queue, 50 rows", "/staff/queue?view=open", most=3, quick=True),
    Subject("filtered", "Queue with a filter", "/staff/queue?priority=high&status=new,open"),
    Subject("ticket", "Ticket with 10 messages", "/tickets/{ticket_id}", most=3, quick=True),
    Subject("home", "Home of staff", "/staff", most=3, quick=True),
    Subject("mine", "A requester’s tickets", "/tickets?tab=all", who="requester"),
    Subject("analytics", "Analytics, 30 days", "/analytics?days=30"),
    Subject("poll", "Poll, nothing new", "/staff/pulse", most=0.5, conditional=True, quick=True),
    Subject(
        "create",
        "Create a ticket (API)",
        "/create_ticket",
        who="program",
        method="POST",
        most=4,
        quick=True,
    ),
)


def new_ticket(requester_id: int, number: int) -> Mapping[str, object]:
    """What the program that files tickets sends."""
    return {
        "user_id": requester_id,
        "title": f"Printer on floor {number % 40} shows an error",
        "description": (
            "It says “Paper jam in tray 2”, but there is no paper in it.\n\n"
            "I switched it off and on again, **twice**. Others have the same problem."
        ),
        "priority": "high",
        "category": "Printing",
    }
