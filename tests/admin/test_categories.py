"""/admin/categories."""

import pytest
from sqlalchemy import select

from app.domain import tickets
from app.models import Category, TicketStatus
from tests import factories as make

FIRST = ["Hardware", "Software", "Accounts and access", "Network", "Something else"]


@pytest.fixture
def admin(browser, session):
    return browser(make.ada())


def used(page):
    return page.all("table.data:first-of-type tbody th:not(.muted)")


def find(session, name):
    return session.scalars(select(Category).where(Category.name == name)).one()


def test_they_stand_in_their_order_with_their_open_tickets(admin, session):
    hardware = find(session, "Hardware")
    ann, sam = make.ann(), make.sam()
    done = make.ticket(ann, category=hardware)
    make.ticket(ann, category=hardware)
    tickets.change_status(done, TicketStatus.SOLVED, act=make.act(sam))
    session.commit()
    page = admin.get("/admin/categories")
    assert used(page) == FIRST
    assert page.all("td.n") == ["1", "0", "0", "0", "0"]
    page = admin.get(page.soup.select("td.n a")[0]["href"])
    assert len(page.soup.select("tr.tk")) == 1


def test_a_new_one_comes_last(admin):
    admin.get("/admin/categories")
    admin.submit("main form[aria-label]", {"name": "Ergonomics"})
    page = admin.follow()
    assert used(page) == [*FIRST, "Ergonomics"]
    assert "“Ergonomics” added" in page.text


@pytest.mark.parametrize("name", ["", "  ", "\u200b", "a\x07b", "x" * 101, "HARDWARE", " network"])
def test_a_name_that_cannot_be(admin, session, name):
    admin.get("/admin/categories")
    page = admin.submit("main form[aria-label]", {"name": name}, status=422)
    assert page.all("#name-error .error")
    assert page.one("#name")["value"] == name
    assert used(page) == FIRST


@pytest.mark.parametrize(
    "name", ["Naïve café", "<b>bold</b>", "null", "🖨️", "日本", "'; DROP TABLE--"]
)
def test_any_other_name_comes_back_as_it_was(admin, name):
    admin.get("/admin/categories")
    admin.submit("main form[aria-label]", {"name": name})
    assert used(admin.follow())[-1] == name


def test_renaming(admin, session):
    network = find(session, "Network")
    page = admin.get(f"/admin/categories/{network.id}")
    assert page.one("#name")["value"] == "Network"
    page = admin.submit("main form", {"name": "hardware"}, status=422)
    assert "There is a category “hardware” already" in page.text
    assert page.one("#name")["value"] == "hardware"
    assert page.one("h1").get_text() == "Rename “Network”"
    admin.submit("main form", {"name": "NETWORK and Wi-Fi"})
    assert used(admin.follow())[3] == "NETWORK and Wi-Fi"


def test_moving_up_and_down(admin, session):
    software = find(session, "Software").id
    admin.post(f"/admin/categories/{software}/position", {"direction": "up"})
    assert used(admin.follow())[:2] == ["Software", "Hardware"]
    admin.post(f"/admin/categories/{software}/position", {"direction": "up"})
    assert used(admin.follow())[:2] == ["Software", "Hardware"]
    for _ in range(9):
        admin.post(f"/admin/categories/{software}/position", {"direction": "down"})
    assert used(admin.follow())[-1] == "Software"
    admin.post(f"/admin/categories/{software}/position", {"direction": "sideways"}, status=400)


def test_archiving_and_restoring(admin, session):
    network = find(session, "Network").id
    admin.post(f"/admin/categories/{network}/archive")
    page = admin.follow()
    assert used(page) == [name for name in FIRST if name != "Network"]
    assert page.all("th.muted") == ["Network"]
    admin.submit("form[action$=restore]")
    assert sorted(used(admin.follow())) == sorted(FIRST)


@pytest.mark.parametrize("path", ["", "/position", "/archive", "/restore"])
def test_a_category_that_is_not_there(admin, path):
    admin.post(f"/admin/categories/2147483647{path}", {"name": "x", "direction": "up"}, status=404)


def test_the_list_costs_the_same_for_many(admin, session, count_queries):
    admin.get("/admin/categories")
    session.expunge_all()
    count_queries.clear()
    admin.get("/admin/categories")
    few = len(count_queries)
    for _ in range(30):
        make.category()
    session.expunge_all()
    count_queries.clear()
    admin.get("/admin/categories")
    assert len(count_queries) == few <= 5
