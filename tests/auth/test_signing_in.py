"""/login and /logout."""

import statistics
import time
from typing import Any

import pytest
import time_machine

from app.domain import credentials, passwords, rights, settings
from app.extensions import db
from app.models import HeldForm, Role, Ticket, UserSession
from app.web.redirects import safe_next
from tests import factories
from tests.browser import Browser
from tests.corpora import corpus
from tests.factories import PASSWORD, ada, ann, sam


def sign_in(browser: Browser, name: str, password: str = PASSWORD, **more: Any) -> Any:
    status = more.pop("status", 303)
    return browser.post("/login", {"username": name, "password": password, **more}, status=status)


def is_signed_in(browser: Browser) -> bool:
    status = browser._apart(browser.client.get, "/account").status_code
    assert status in (200, 303)
    return status == 200


@pytest.mark.parametrize("name", ["ann", "Ann@example.org"])
def test_with_username_or_address(browser: Any, session: Any, name: str) -> None:
    person = ann()
    visitor = browser()
    visitor.get("/login")
    page = visitor.submit("form", {"username": name, "password": PASSWORD})
    assert page.location == "/tickets"
    assert is_signed_in(visitor)
    row = session.scalars(db.select(UserSession)).one()
    assert row.user_id == person.id
    assert not row.remembered


def test_staff_go_to_their_home(browser: Any, session: Any) -> None:
    sam()
    assert sign_in(browser(), "sam").location == "/staff"


@pytest.mark.parametrize(
    ("name", "password"), [("ann", "wrong"), ("nobody", PASSWORD), ("off", PASSWORD)]
)
def test_a_wrong_pair_gets_one_sentence(
    browser: Any, session: Any, name: str, password: str
) -> None:
    ann()
    factories.user("Off", active=False)
    page = sign_in(browser(), name, password, status=401)
    assert "don’t match" in page.text
    assert page.one("#username")["value"] == name
    assert page.one("title").get_text().startswith("Error: ")
    assert password not in page.html


@pytest.mark.parametrize("field", ["username", "password"])
def test_missing_fields_say_so(browser: Any, session: Any, field: str) -> None:
    page = browser().post("/login", {"username": "a", "password": "b", field: ""}, status=422)
    assert page.one(f"#{field}-error")


@pytest.mark.parametrize("text", ["\x00", "a\x00b", "\x1b[31m", "𝔞𝔫𝔫", "' OR 1=1 --", "x" * 5000])
def test_naughty_names_are_no_error(browser: Any, session: Any, text: str) -> None:
    visitor = browser()
    response = visitor._apart(
        visitor.client.post,
        "/login",
        data={"csrf_token": visitor.csrf_token(), "username": text, "password": text},
    )
    assert response.status_code in (401, 422)


def test_no_default_accounts(browser: Any, session: Any) -> None:
    for name in ("admin", "root", "deskhand"):
        sign_in(browser(), name, name, status=401)


@pytest.mark.parametrize(
    ("path", "typed", "status"),
    [
        ("/login", {"password": "wrong one"}, 401),
        ("/forgot-password", {}, 200),
        ("/register", {"name": "N", "password": PASSWORD}, 303),
    ],
)
def test_answers_alike_for_everybody(
    own_app: Any, path: str, typed: dict[str, str], status: int
) -> None:
    """R6: the same headers and body, and as long, for known, unknown and disabled accounts."""
    app = own_app(bcrypt_cost=8)
    with app.app_context():
        for name in ("known", "off"):
            for number in range(15):
                person = factories.user(f"{name}{number}", active=name == "known")
                person.password_hash = passwords.hash_password(PASSWORD)
        db.session.commit()
    seconds: dict[str, list[float]] = {}
    answers = set()
    for number in range(15):
        for name in ("known", "off", "unknown"):
            browser = Browser(app)
            address = f"{name}{number}@example.org"
            data = {"csrf_token": browser.csrf_token(), **typed, "username": address}
            if path == "/register":
                data |= {"username": "", "email": address}
            begun = time.perf_counter()
            response = browser.client.post(path, data=data)
            seconds.setdefault(name, []).append(time.perf_counter() - begun)
            assert response.status_code == status
            answers.add(_without_what_is_each_ones_own(response, address))
    assert len(answers) == 1
    medians = [statistics.median(times) for times in seconds.values()]
    assert max(medians) - min(medians) < 0.03, medians


def _without_what_is_each_ones_own(response: Any, address: str) -> str:
    page = response.get_data(as_text=True).replace(address, "")
    token = page.partition('name="csrf_token"')[2].partition(">")[0]
    headers = [
        (name, value)
        for name, value in response.headers
        if name not in ("Set-Cookie", "Content-Length")
    ]
    return f"{headers} {page.replace(token, '') if token else page}"


# --- the session -------------------------------------------------------------------------------


def test_the_cookie(own_app: Any) -> None:
    for base, name in (("http://localhost", "desk"), ("https://localhost", "__Host-desk")):
        app = own_app(base_url=base)
        client = app.test_client()
        response = client.get("/login", base_url=base)
        (cookie,) = [c for c in response.headers.getlist("Set-Cookie") if c.startswith(f"{name}=")]
        parts = {part.strip() for part in cookie.split(";")[1:]}
        assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= parts
        assert ("Secure" in parts) == base.startswith("https")
        assert "Domain" not in cookie


def test_the_session_id_changes_at_sign_in_and_the_old_one_ends(browser: Any, session: Any) -> None:
    ann()
    visitor = browser()
    sign_in(visitor, "ann")
    old = visitor.client.get_cookie("desk").value
    sign_in(visitor, "ann")
    assert visitor.client.get_cookie("desk").value != old
    assert session.scalar(db.select(db.func.count()).select_from(UserSession)) == 1
    visitor.client.set_cookie("desk", old)
    assert not is_signed_in(visitor)


def test_a_copied_cookie_is_worth_nothing_after_sign_out(browser: Any, session: Any) -> None:
    ann()
    visitor = browser()
    sign_in(visitor, "ann")
    cookie = visitor.client.get_cookie("desk").value
    page = visitor.post("/logout")
    assert page.location == "/login"
    assert page.response.headers["Clear-Site-Data"] == '"cache"'
    assert not is_signed_in(visitor)
    visitor.client.set_cookie("desk", cookie)
    assert not is_signed_in(visitor)


def test_sign_out_needs_a_form_of_ours(browser: Any, session: Any) -> None:
    visitor = browser(ann())
    assert visitor._apart(visitor.client.get, "/logout").status_code == 405
    assert visitor._apart(visitor.client.post, "/logout").status_code == 400
    assert is_signed_in(visitor)


def test_sign_in_needs_a_form_of_ours(browser: Any, session: Any) -> None:
    ann()
    visitor = browser()
    data = {"username": "ann", "password": PASSWORD}
    assert visitor._apart(visitor.client.post, "/login", data=data).status_code == 400
    token = visitor.csrf_token()
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        response = visitor._apart(
            visitor.client.post, "/login", data={**data, "csrf_token": token}, headers=headers
        )
        assert response.status_code == 400
    assert not is_signed_in(visitor)


def test_two_browsers_do_not_disturb_each_other(browser: Any, session: Any) -> None:
    ann()
    one, two = browser(), browser()
    sign_in(one, "ann")
    sign_in(two, "ann")
    assert is_signed_in(one)
    two.post("/logout")
    assert is_signed_in(one)


@pytest.mark.parametrize(
    ("person", "idle_hours", "days"),
    [(ann, 7 * 24, 30), (sam, 12, 7), (ada, 12, 7)],
)
def test_sessions_end_by_themselves(own_app: Any, person: Any, idle_hours: int, days: int) -> None:
    app = own_app()
    with app.app_context():
        somebody = person()
        idle, busy = Browser(app, somebody), Browser(app, somebody)
        db.session.rollback()  # sees what the browsers' sign-in has stored
        begun = db.session.scalars(db.select(db.func.max(UserSession.created_at))).one()
    with time_machine.travel(begun, tick=False) as clock:
        for _ in range(days * 24 // (idle_hours - 1)):
            clock.shift((idle_hours - 1) * 3600)
            assert is_signed_in(busy)
        clock.move_to(begun.timestamp() + days * 86400 + 60)
        assert not is_signed_in(busy)
    with time_machine.travel(begun, tick=False) as clock:
        clock.shift(idle_hours * 3600 - 60)
        assert is_signed_in(idle)
        clock.shift(idle_hours * 3600 + 60)
        assert not is_signed_in(idle)


def test_remembering_is_not_for_admins(browser: Any, session: Any) -> None:
    for person in (ann(), ada()):
        visitor = browser()
        sign_in(visitor, person.username, remember="y")
        assert session.scalars(
            db.select(UserSession.remembered).where(UserSession.user_id == person.id)
        ).one() is (not person.is_admin)
        kept = visitor.client.get_cookie("desk").expires is not None
        assert kept is (not person.is_admin)


def test_twenty_sessions_at_most(session: Any) -> None:
    person = ann()
    secrets = [credentials.open_session(person, ip="", user_agent="") for _ in range(22)]
    session.commit()
    alive = [credentials.live_session(secret) is not None for secret in secrets]
    assert alive == [False] * 2 + [True] * 20


def test_roles_are_read_each_time(browser: Any, session: Any) -> None:
    person = sam()
    visitor = browser(person)
    assert visitor._apart(visitor.client.get, "/staff").status_code == 200
    rights.set_role(person, None, by=ada())
    session.commit()
    assert visitor._apart(visitor.client.get, "/staff").status_code == 403


def test_who_is_switched_off_is_out_at_once(browser: Any, session: Any) -> None:
    person = ann()
    visitor = browser(person)
    admin = ada()
    rights.deactivate(person, by=admin, hand_over_to=None, act=factories.act(admin))
    session.commit()
    assert not is_signed_in(visitor)


def test_keys_rotate_without_signing_anybody_out(own_app: Any) -> None:
    old, new = "o" * 20 + "0123456789abcdef", "n" * 20 + "0123456789abcdef"
    app = own_app(secret_key=old)
    with app.app_context():
        person = ann()
        visitor = Browser(app, person)
    assert is_signed_in(visitor)
    cookie = visitor.client.get_cookie("desk").value
    rotated = Browser(own_app(secret_key=new, secret_key_fallbacks=(old,)))
    rotated.client.set_cookie("desk", cookie)
    assert is_signed_in(rotated)
    stranger = Browser(own_app(secret_key=new))
    stranger.client.set_cookie("desk", cookie)
    assert not is_signed_in(stranger)


# --- where to go on ----------------------------------------------------------------------------


def test_back_to_the_page_that_was_asked_for(browser: Any, session: Any) -> None:
    ann()
    visitor = browser()
    visitor.get("/tickets?tab=solved", status=303)
    visitor.follow()
    page = visitor.submit("form", {"username": "ann", "password": PASSWORD})
    assert page.location == "/tickets?tab=solved"
    assert visitor.get("/login?next=/tickets/new", status=303).location == "/tickets/new"


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/login", "\\\\evil"])
def test_never_to_another_site(browser: Any, session: Any, target: str) -> None:
    ann()
    visitor = browser()
    visitor.get("/login", query_string={"next": target})
    page = visitor.submit("form", {"username": "ann", "password": PASSWORD})
    assert page.location == "/tickets"


def test_known_redirect_tricks() -> None:
    folder = corpus("injection/fuzzdb/redirect")
    lines = [
        line.replace("{target}", "evil.example")
        for file in folder.glob("*.txt")
        for line in file.read_text().splitlines()
        if line.strip()
    ]
    values = {value for line in lines for value in (line, line.partition("=")[2])}
    starts = (
        "/",
        "//",
        "///",
        "/\\",
        "\\",
        "\t/",
        "/\t/",
        "/\x00/",
        " /",
        "/ /",
        "https:",
        "/\r\n/",
    )
    values |= {start + "evil.example" for start in starts}
    for value in values:
        kept = safe_next(value)
        if kept is not None:
            assert kept[0] == "/"
            assert kept[1:2] not in ("/", "\\")
            assert not any(ord(char) < 33 or char == "\\" for char in kept)


def test_a_form_sent_while_signed_out_is_given_back(browser: Any, session: Any) -> None:
    person = ann()
    visitor = browser()
    typed = {"title": "A long story", "description": "First\nsecond <b>", "password": "secret"}
    page = visitor.post("/tickets/new", typed)
    assert page.location == "/login"
    visitor.follow()
    page = visitor.submit("form", {"username": "ann", "password": PASSWORD})
    assert page.location == "/held"
    page = visitor.follow()
    assert "A long story" in page.text
    assert "secret" not in page.html
    _, fields = page.form("form")
    assert fields["description"] == "First\nsecond <b>"
    priority = {"priority": "normal", "category": first_category(session)}
    made = visitor.submit("form", priority)
    assert made.location.startswith("/tickets/")
    ticket = session.scalars(db.select(Ticket)).one()
    assert (ticket.title, ticket.user_id) == ("A long story", person.id)
    assert not session.scalars(db.select(HeldForm)).all()
    assert visitor.get("/held", status=303).location == "/tickets"


def test_a_kept_form_can_be_thrown_away(browser: Any, session: Any) -> None:
    ann()
    visitor = browser()
    visitor.post("/tickets/new", {"title": "x"})
    sign_in(visitor, "ann")
    visitor.get("/held")
    assert visitor.post("/held/discard").location == "/tickets"
    assert not session.scalars(db.select(HeldForm)).all()


def test_a_kept_form_is_for_the_browser_that_sent_it(browser: Any, session: Any) -> None:
    visitor = browser()
    visitor.post("/tickets/new", {"title": "x"})
    other = browser(ann())
    assert other.get("/held", status=303).location == "/tickets"


def first_category(session: Any) -> int:
    from app.models import Category

    return session.scalars(db.select(Category.id).order_by(Category.id)).first()


# --- bodies ------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/login", "/register", "/forgot-password", "/reset-password"])
def test_large_bodies_are_refused(browser: Any, session: Any, path: str) -> None:
    visitor = browser()
    token = visitor.csrf_token()
    for size, refused in ((17_000, True), (600_000, True), (10_000, False)):
        response = visitor._apart(
            visitor.client.post, path, data={"csrf_token": token, "username": "x" * size}
        )
        assert (response.status_code == 413) is refused


def test_many_parts_are_refused(browser: Any, session: Any) -> None:
    visitor = browser()
    data = {f"f{number}": "" for number in range(1001)}
    response = visitor._apart(
        visitor.client.post, "/login", data=data, content_type="multipart/form-data"
    )
    assert response.status_code == 413


def test_no_link_to_sign_up_where_it_is_off(browser: Any, session: Any) -> None:
    assert "/register" in browser().get("/login").html
    settings.change({"self_registration": False})
    session.commit()
    assert "/register" not in browser().get("/login").html


def test_a_session_of_somebody_promoted_begins_anew(browser: Any, session: Any) -> None:
    person = ann()
    visitor = browser(person)
    rights.set_role(person, Role.AGENT, by=ada())
    session.commit()
    assert not is_signed_in(visitor)
