"""What is like a title that somebody types: the same on both databases, and out of small sets."""

import pytest

from app.domain import tickets
from app.models import Role, TicketStatus
from app.queries.suggestions import READ_MAX, SHOWN_MAX, likeness, suggestions, telling_words
from tests import factories as make


def titles(asker, title, **more):
    return [found.title for found in suggestions(asker, title, **({"person": asker} | more))]


@pytest.fixture
def desk(session):
    """A desk with known problems, Ann who asks, and Eve whose tickets are not Ann's to know."""
    ann, eve, sam = make.ann(), make.eve(), make.sam()
    make.known_problem(eve, sam, "VPN drops every ten minutes", summary="Reason 442 at home")
    make.known_problem(eve, sam, "Scan to e-mail stopped: “authentication failed”")
    make.known_problem(eve, sam, "Wi-Fi unusable in the third-floor east corner")
    make.known_problem(eve, sam, "Überweisungen in der Buchhaltung schlagen fehl")
    make.ticket(ann, "Home monitor stays black after docking")
    make.ticket(eve, "VPN of my own that is nobody's business")
    return ann, eve, sam


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("VPN", ["VPN drops every ten minutes"]),
        ("vp", []),
        ("My VPN connection is lost all the time", ["VPN drops every ten minutes"]),
        ("reason 442", ["VPN drops every ten minutes"]),
        ("authent", ["Scan to e-mail stopped: “authentication failed”"]),
        (
            "Scanner on the second floor says “authentication failed”",
            ["Scan to e-mail stopped: “authentication failed”"],
        ),
        ("WIFI broken", ["Wi-Fi unusable in the third-floor east corner"]),
        ("wi-fi", ["Wi-Fi unusable in the third-floor east corner"]),
        ("ueberweisung", []),
        ("UBERWEISUNG", ["Überweisungen in der Buchhaltung schlagen fehl"]),
        ("überweisungen", ["Überweisungen in der Buchhaltung schlagen fehl"]),
        ("monitors", ["Home monitor stays black after docking"]),
        ("it does not work, please help", []),
        ("", []),
        ("%", []),
        ("_ ' \" \\ ; -- \N{ZERO WIDTH SPACE}", []),
        ("x" * 200, []),
        ("☃ " * 100, []),
    ],
)
def test_what_is_found(desk, typed, found):
    ann, _eve, _sam = desk
    assert titles(ann, typed) == found


def test_the_better_match_comes_first_and_a_known_problem_among_equals(session):
    ann, eve, sam = make.ann(), make.eve(), make.sam()
    make.ticket(ann, "Printer jams")
    make.known_problem(eve, sam, "Printer offline")
    make.known_problem(eve, sam, "Printer jams on the second floor")
    assert titles(ann, "printer jams floor") == [
        "Printer jams on the second floor",
        "Printer jams",
        "Printer offline",
    ]
    assert titles(ann, "printer")[-1] == "Printer jams", "one's own after what is known already"


def test_solved_trashed_and_unmarked_are_not_suggested(session):
    from app.domain import problems, trash

    ann, eve, sam = make.ann(), make.eve(), make.sam()
    made = [make.known_problem(eve, sam, f"Printer {n}") for n in ("one", "two", "three")]
    mine = make.ticket(ann, "Printer mine")
    tickets.change_status(made[0], TicketStatus.SOLVED, act=make.act(sam))
    tickets.change_status(mine, TicketStatus.CLOSED, act=make.act(sam))
    trash.put_in_trash(made[1], act=make.act(sam))
    problems.unmark(made[2], act=make.act(sam))
    session.commit()
    assert titles(ann, "printer") == []


def test_whoever_is_not_proven_is_shown_their_own_only(session):
    eve, sam = make.eve(), make.sam()
    make.known_problem(eve, sam, "Printer offline")
    zoe = make.user("Zoe", confirmed=False)
    make.ticket(zoe, "My printer")
    assert titles(zoe, "printer") == ["My printer"]


def test_staff_see_that_persons_tickets_as_far_as_they_see_them(session):
    ann, sam = make.ann(), make.sam()
    private = make.team("Staff council", private=True)
    make.ticket(ann, "Printer of the council", team=private)
    make.ticket(ann, "Printer upstairs")
    make.ticket(sam, "Printer of Sam")
    assert titles(sam, "printer", person=ann) == ["Printer upstairs"]
    assert titles(sam, "printer", person=None) == []
    assert titles(sam, "printer") == ["Printer of Sam"]


def test_it_says_who_is_counted_already(session):
    ann, eve, sam = make.ann(), make.eve(), make.sam()
    problem = make.known_problem(make.user(), sam, "Printer offline")
    make.affected(ann, problem)
    assert [s.is_reported for s in suggestions(ann, "printer", person=ann)] == [True]
    assert [s.is_reported for s in suggestions(eve, "printer", person=eve)] == [False]
    assert [s.is_reported for s in suggestions(sam, "printer", person=ann)] == [True]


def test_the_cost_is_the_same_for_one_and_for_many(session, count_queries):
    ann, eve, sam = make.ann(), make.eve(), make.sam()

    def cost() -> int:
        session.commit()
        session.get(type(ann), ann.id)
        count_queries.clear()
        assert suggestions(ann, "printer offline again", person=ann)
        return len(count_queries)

    make.known_problem(eve, sam, "Printer offline")
    make.ticket(ann, "Printer offline")
    few = cost()
    for number in range(12):
        make.known_problem(eve, sam, f"Printer offline {number}")
        make.ticket(ann, f"Printer offline {number}")
        make.ticket(eve, f"Printer offline {number}")
    assert cost() == few <= 4
    assert all("LIMIT" in statement for statement in count_queries if "tickets.title" in statement)
    assert len(suggestions(ann, "printer", person=ann)) == SHOWN_MAX < READ_MAX


def test_a_longer_text_costs_no_more_than_its_bound():
    words = telling_words("ü-" * 5000 + "word " * 5000)
    assert len(words) <= 30
    assert likeness(telling_words("printer"), "", "") == 0
    assert likeness((), "printer", "printer") == 0


def test_words_are_the_same_however_they_are_written():
    assert telling_words("Straße") == telling_words("STRASSE")
    assert telling_words("café") == telling_words("cafe\N{COMBINING ACUTE ACCENT}")
    assert telling_words("the Wi-Fi, the wi-fi") == (("wifi", "wi", "fi"),)
    assert telling_words("I can’t log in; it doesn't work") == (("log",),)


def test_agents_outside_a_private_team_are_told_what_everybody_is(session):
    ann, ada = make.ann(), make.ada()
    private = make.team("Staff council", private=True)
    make.known_problem(ann, ada, "Printer of the council", team=private)
    outsider = make.user("Olga", role=Role.AGENT)
    assert titles(outsider, "printer") == ["Printer of the council"]
