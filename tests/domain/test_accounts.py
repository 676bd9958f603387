"""What can happen to an account."""

import threading
from typing import Any

import pytest

from app.domain import accounts, addresses, credentials, passwords, rights
from app.domain.errors import Conflict, Unprocessable
from app.extensions import bcrypt, db
from app.models import OutboxEntry, Role, TokenPurpose, TokenScope, User, UserSession
from app.policy import Permission, allows
from app.text import folded
from tests import factories
from tests.auth.conftest import own_app as own_app
from tests.factories import PASSWORD, act, ada, ann, hashed, sam, ticket


def topics(session: Any) -> list[str]:
    return list(session.scalars(db.select(OutboxEntry.topic).order_by(OutboxEntry.id)))


# --- passwords ---------------------------------------------------------------------------------


def test_a_password_is_found_by_username_and_by_address(session: Any) -> None:
    person = ann()
    for name in ("ann", "ANN", " ann ", "ann@example.org", "Ann@EXAMPLE.org"):
        assert accounts.verify(name, PASSWORD) == person


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("ann", "wrong"),
        ("ann", ""),
        ("ann", PASSWORD + "x" * 300),
        ("nobody", PASSWORD),
        ("nobody@example.org", PASSWORD),
        ("a\x00b", PASSWORD),
        ("\ud800", "\ud800"),
        ("", ""),
    ],
)
def test_every_other_pair_is_nobody(session: Any, name: str, password: str) -> None:
    ann()
    assert accounts.verify(name, password) is None


def test_who_is_switched_off_or_has_no_password_is_nobody(session: Any) -> None:
    factories.user("Off", active=False)
    accounts.requester_for("bare@example.org", "Bare", by=sam())
    session.commit()
    assert accounts.verify("off", PASSWORD) is None
    assert accounts.verify("bare@example.org", "") is None


def test_all_characters_of_a_password_count(session: Any) -> None:
    start = "x" * 72
    kept = passwords.hash_password(start + "a")
    assert kept.startswith("$2b$")
    person = factories.user("Long")
    person.password_hash = kept
    session.commit()
    assert accounts.verify("long", start + "a") == person
    assert accounts.verify("long", start + "b") is None
    person.password_hash = passwords.hash_password("a\x00b")
    session.commit()
    assert accounts.verify("long", "a\x00c") is None
    assert accounts.verify("long", "a\x00b") == person


def test_a_hash_of_another_cost_is_renewed(session: Any) -> None:
    person = factories.user("Old")
    person.password_hash = bcrypt.generate_password_hash(PASSWORD.encode(), 5).decode()
    session.commit()
    assert accounts.verify("old", PASSWORD) == person
    session.expire_all()
    assert person.password_hash.startswith("$2b$04$")
    assert accounts.verify("old", PASSWORD) == person


@pytest.mark.parametrize(
    "password", ["a b c d e f", "🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊", "ä" * 9 + "k", "q!7Lz" * 51 + "x"]
)
def test_any_characters_make_a_password(session: Any, password: str) -> None:
    assert passwords.password_problem(password, staff=False) is None


def test_length_is_asked_by_role(session: Any) -> None:
    assert passwords.password_problem("fox-moon9", staff=False)
    assert passwords.password_problem("fox-moon91", staff=False) is None
    assert passwords.password_problem("fox-moon91", staff=True)
    assert passwords.password_problem("fox-moon9124", staff=True) is None
    assert passwords.password_problem("é1" * 129, staff=False) is not None


def test_common_passwords_are_refused(session: Any) -> None:
    common = [word for word in passwords._common_passwords() if len(word) >= 12][:20]
    assert len(common) == 20
    assert len(passwords._common_passwords()) >= 10_000
    assert all(len(word) >= 8 for word in passwords._common_passwords())
    for word in common:
        assert passwords.password_problem(word.upper(), staff=True), word


@pytest.mark.parametrize(
    "password", ["deskhanddeskhand", "Deskhand2026!", "Ann-Asker-1990", "ann.asker@example"]
)
def test_our_names_and_theirs_are_refused(session: Any, password: str) -> None:
    sentence = passwords.password_problem(
        password, staff=True, name="Ann Asker", email="ann.asker@example.org"
    )
    assert sentence is not None


# --- addresses and names -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ann",
        "ann@",
        "@x.de",
        "ann@example",
        "a b@x.de",
        "a@x.de\n",
        "a\x00@x.de",
        "x" * 65 + "@x.de",
    ]
    + [f"{name}@example.org" for name in ("postmaster", "NoReply", "abuse", "Mailer-Daemon")]
    + ["webmaster+x@example.org", "help@desk.example.org"],
)
def test_addresses_that_nobody_can_have(address: str) -> None:
    assert addresses.email_problem(address, mail_from="help@desk.example.org")


@pytest.mark.parametrize(
    "address", ["a@x.de", "ann+desk@example.org", "jörg@müller.de", "a@localhost"]
)
def test_addresses_that_people_have(address: str) -> None:
    assert addresses.email_problem(address, mail_from="help@desk.example.org") is None


@pytest.mark.parametrize("name", ["", "a@b", "a b", "-a", "ａｎｎ", "a\x00", "x" * 61, "a/b"])
def test_usernames_that_nobody_can_have(name: str) -> None:
    assert addresses.username_problem(name)


def test_addresses_are_one_per_person(session: Any) -> None:
    accounts.create_user(username=None, name="A", email="A@x.de", role=None, by=None)
    for same in ("a@X.de", "a@x.de"):
        with pytest.raises(Conflict) as refused:
            accounts.create_user(username=None, name="B", email=same, role=None, by=None)
        assert refused.value.field == "email"
    eszett = accounts.create_user(username=None, name="C", email="ß@x.de", role=None, by=None)
    double = accounts.create_user(username=None, name="D", email="ss@x.de", role=None, by=None)
    assert eszett.id != double.id
    assert accounts.find("SS@x.de") == double


def test_usernames_come_from_the_address_and_are_one_per_person(session: Any) -> None:
    made = [
        accounts.create_user(username=None, name="A", email=f"ann@{host}.de", role=None, by=None)
        for host in "abc"
    ]
    assert [user.username for user in made] == ["ann", "ann2", "ann3"]
    odd = accounts.create_user(username=None, name="A", email="!#$@a.de", role=None, by=None)
    assert odd.username == "person"
    with pytest.raises(Conflict) as refused:
        accounts.create_user(username="ANN", name="A", email="z@a.de", role=None, by=None)
    assert refused.value.field == "username"


def test_a_ticket_can_be_filed_for_somebody_without_an_account(session: Any) -> None:
    staff = sam()
    bo = accounts.requester_for("bo@example.org", "", by=staff)
    assert (bo.name, bo.password_hash, bo.registered_at, bo.is_confirmed) == (
        "bo",
        None,
        None,
        False,
    )
    assert accounts.requester_for("BO@example.org", "Other", by=staff) == bo
    with pytest.raises(Unprocessable):
        accounts.requester_for("postmaster@example.org", "", by=staff)


# --- signing up --------------------------------------------------------------------------------


def sign_up(email: str, password: str = PASSWORD, **more: Any) -> User:
    user = accounts.register(
        **{
            "username": None,
            "name": "Newcomer",
            "email": email,
            "password_hash": hashed(password),
            **more,
        }
    )
    db.session.commit()
    return user


def test_an_unknown_address_makes_an_account_that_holds_it(session: Any) -> None:
    user = sign_up("New@example.org")
    assert (user.email, user.is_confirmed, user.pending_email) == ("New@example.org", False, None)
    assert topics(session) == ["account.confirm_email"]
    assert accounts.verify("new@example.org", PASSWORD) == user


def test_the_account_that_staff_made_becomes_the_persons_own(session: Any) -> None:
    made = accounts.requester_for("new@example.org", "Somebody", by=sam())
    session.commit()
    user = sign_up("new@example.org", username="newbie")
    assert user == made
    assert (user.username, user.name, user.is_confirmed) == ("newbie", "Newcomer", False)


def test_somebody_elses_address_is_not_given_away(session: Any) -> None:
    owner = ann()
    user = sign_up("ann@example.org", "another long sentence")
    assert user.email is None
    assert (user.pending_email, user.is_confirmed) == ("ann@example.org", False)
    (entry,) = session.scalars(db.select(OutboxEntry)).all()
    assert (entry.topic, entry.recipient_id) == ("account.exists", owner.id)
    # Both sign in with it: the answer tells the stranger nothing.
    assert accounts.verify("ann@example.org", "another long sentence") == user
    assert accounts.verify("ann@example.org", PASSWORD) == owner


def test_an_invited_colleagues_place_is_not_for_who_types_their_address(session: Any) -> None:
    agent = accounts.create_user(
        username=None, name="Al", email="al@example.org", role=Role.AGENT, by=ada()
    )
    session.commit()
    user = sign_up("al@example.org")
    assert user != agent
    assert not user.is_staff
    assert agent.password_hash is None


def test_sign_up_can_be_off(session: Any) -> None:
    from app.domain import settings

    settings.change({"self_registration": False})
    with pytest.raises(Conflict):
        sign_up("a@example.org")


def test_a_proven_address_ends_the_claims(session: Any) -> None:
    user = sign_up("a@example.org")
    secret = credentials.make_link(TokenPurpose.CONFIRM_EMAIL, user, email=user.email)
    accounts.confirm_email(credentials.live_link(TokenPurpose.CONFIRM_EMAIL, secret))
    session.commit()
    assert user.is_confirmed
    assert user.claimed_email_key is None
    assert credentials.live_link(TokenPurpose.CONFIRM_EMAIL, secret) is None
    assert accounts.verify("a@example.org", PASSWORD) == user


def test_confirmation_can_be_asked_for_once_the_address_is_free(session: Any) -> None:
    owner = ann()
    user = sign_up("ann@example.org", "another long sentence")
    accounts.ask_for_proof_again(user)
    assert user.email is None
    owner.email = owner.email_key = None
    session.flush()
    accounts.ask_for_proof_again(user)
    assert user.email == "ann@example.org"
    assert topics(session) == ["account.exists", "account.exists", "account.confirm_email"]


# --- links -------------------------------------------------------------------------------------


def test_no_link_opens_anothers_door(session: Any) -> None:
    user = ann()
    for made in TokenPurpose:
        secret = credentials.make_link(made, user, email=user.email)
        for asked in TokenPurpose:
            link = credentials.live_link(asked, secret)
            assert (link is not None) == (made is asked), (made, asked)
    reset = credentials.make_link(TokenPurpose.RESET_PASSWORD, user)
    link = credentials.live_link(TokenPurpose.RESET_PASSWORD, reset)
    with pytest.raises(Conflict):
        accounts.confirm_email(link)


def test_a_reset_proves_the_address_and_ends_everything_else(session: Any) -> None:
    user = sign_up("a@example.org")
    browser = credentials.open_session(user, ip="", user_agent="")
    _, api = credentials.make_api_token(user, "script", scope=TokenScope.READ)
    secret = credentials.make_link(TokenPurpose.RESET_PASSWORD, user)
    session.commit()
    link = credentials.live_link(TokenPurpose.RESET_PASSWORD, secret)
    accounts.reset_password(link, hashed("quite another one"))
    session.commit()
    assert user.is_confirmed
    assert credentials.live_session(browser) is None
    assert credentials.live_api_token(api) is None
    assert credentials.live_link(TokenPurpose.RESET_PASSWORD, secret) is None
    assert topics(session)[-1] == "account.password_changed"
    with pytest.raises(Conflict):
        accounts.reset_password(link, hashed())


def test_changing_the_address_asks_the_new_one_and_tells_the_old_one(session: Any) -> None:
    user = ann()
    reset = credentials.make_link(TokenPurpose.RESET_PASSWORD, user)
    accounts.ask_change_email(user, "new@example.org")
    assert user.email == "ann@example.org"
    secret = credentials.make_link(TokenPurpose.CHANGE_EMAIL, user, email="new@example.org")
    accounts.change_email(credentials.live_link(TokenPurpose.CHANGE_EMAIL, secret))
    session.commit()
    assert (user.email, user.email_key, user.pending_email) == ("new@example.org",) * 2 + (None,)
    assert credentials.live_link(TokenPurpose.RESET_PASSWORD, reset) is None
    entries = session.scalars(db.select(OutboxEntry).order_by(OutboxEntry.id)).all()
    assert [(entry.topic, entry.address) for entry in entries] == [
        ("account.change_email", "new@example.org"),
        ("account.email_changed", "ann@example.org"),
    ]


def test_proof_of_another_address_opens_nothing_filed_for_an_unproven_one(session: Any) -> None:
    staff = sam()
    bob = accounts.requester_for("bob@example.org", "Bob", by=staff)
    secret = ticket(bob, "About Bob", by=staff)
    eve = accounts.register(
        username="eve", name="Eve", email="bob@example.org", password_hash=hashed()
    )
    link = credentials.make_link(TokenPurpose.CHANGE_EMAIL, eve, email="eve@example.org")
    with pytest.raises(Conflict):
        accounts.ask_change_email(eve, "eve@example.org")
    eve.pending_email = "eve@example.org"
    with pytest.raises(Conflict):
        accounts.change_email(credentials.live_link(TokenPurpose.CHANGE_EMAIL, link))
    assert not allows(eve, Permission.TICKET_SEE, secret)


def test_nobody_joins_the_desk_by_an_address_they_only_typed(session: Any) -> None:
    eve = accounts.register(
        username="eve", name="The Boss", email="boss@example.org", password_hash=hashed()
    )
    with pytest.raises(Conflict) as refused:
        rights.set_role(eve, Role.AGENT, by=ada())
    assert refused.value.field == "role"
    assert not eve.is_staff


def test_a_slip_in_the_address_can_be_mended_before_it_is_proven(session: Any) -> None:
    user = accounts.register(
        username="ann", name="Ann", email="an@example.org", password_hash=hashed()
    )
    ticket(user)
    accounts.ask_change_email(user, "ann@example.org")
    link = credentials.make_link(TokenPurpose.CHANGE_EMAIL, user, email="ann@example.org")
    accounts.change_email(credentials.live_link(TokenPurpose.CHANGE_EMAIL, link))
    assert (user.email, user.is_confirmed) == ("ann@example.org", True)


def test_changing_to_somebody_elses_address_tells_only_them(session: Any) -> None:
    user, owner = factories.eve(), ann()
    accounts.ask_change_email(user, "ann@example.org")
    (entry,) = session.scalars(db.select(OutboxEntry)).all()
    assert (entry.topic, entry.recipient_id) == ("account.exists", owner.id)
    secret = credentials.make_link(TokenPurpose.CHANGE_EMAIL, user, email="ann@example.org")
    with pytest.raises(Conflict):
        accounts.change_email(credentials.live_link(TokenPurpose.CHANGE_EMAIL, secret))


def test_an_invitation_sets_the_first_password(session: Any) -> None:
    user = accounts.create_user(
        username=None, name="Al", email="al@example.org", role=Role.AGENT, by=ada()
    )
    accounts.invite(user, by=None)
    secret = credentials.make_link(TokenPurpose.INVITE, user, email=user.email)
    link = credentials.live_link(TokenPurpose.INVITE, secret)
    accounts.accept_invite(link, name="Al Agent", password_hash=hashed())
    session.commit()
    assert (user.name, user.is_confirmed, user.is_staff) == ("Al Agent", True, True)
    assert accounts.verify("al@example.org", PASSWORD) == user
    with pytest.raises(Conflict):
        accounts.invite(user, by=None)


def test_the_first_admin(session: Any) -> None:
    assert not rights.has_admin()
    older = accounts.first_admin_link()
    secret = accounts.first_admin_link()
    session.commit()
    assert credentials.live_link(TokenPurpose.FIRST_ADMIN, older) is None
    link = credentials.live_link(TokenPurpose.FIRST_ADMIN, secret)
    first = accounts.make_first_admin(
        link, username=None, name="Ada", email="ada@example.org", password_hash=hashed()
    )
    session.commit()
    assert first.is_admin
    assert first.is_confirmed
    assert rights.has_admin()
    with pytest.raises(Conflict):
        accounts.first_admin_link()
    with pytest.raises(Conflict):
        accounts.make_first_admin(
            link, username=None, name="Eve", email="eve@example.org", password_hash=hashed()
        )


# --- rights ------------------------------------------------------------------------------------


def test_nobody_changes_their_own_role(session: Any) -> None:
    admin, _other = ada(), factories.user("Other", role=Role.ADMIN)
    with pytest.raises(Conflict):
        rights.set_role(admin, Role.AGENT, by=admin)
    with pytest.raises(Conflict):
        rights.deactivate(admin, by=admin, hand_over_to=None, act=act(admin))


def test_the_last_admin_stays(session: Any) -> None:
    admin = ada()
    factories.user("Gone", role=Role.ADMIN, active=False)
    for role in (Role.AGENT, None):
        with pytest.raises(Conflict):
            rights.set_role(admin, role, by=None, act=act(None))
    with pytest.raises(Conflict):
        rights.deactivate(admin, by=None, hand_over_to=None, act=act(None))
    factories.user("Second", role=Role.ADMIN)
    rights.set_role(admin, Role.AGENT, by=None)
    assert admin.role == "agent"


def test_more_rights_end_the_sessions_fewer_keep_them(session: Any) -> None:
    admin, agent, person = ada(), sam(), ann()
    for user in (agent, person):
        credentials.open_session(user, ip="", user_agent="")
    rights.set_role(person, Role.AGENT, by=admin)
    rights.set_role(agent, None, by=admin)
    session.commit()
    left = session.scalars(db.select(UserSession.user_id)).all()
    assert left == [agent.id]
    assert person.role == "agent"
    assert agent.role == "requester"


def test_open_tickets_are_handed_over(session: Any) -> None:
    admin, agent, other, asker = ada(), sam(), factories.user("Al", role=Role.AGENT), ann()
    held = ticket(asker)
    from app.domain import tickets

    tickets.assign_ticket_to_staff(held, agent, act=act(admin))
    session.commit()
    with pytest.raises(Conflict):
        rights.set_role(agent, None, by=admin)
    rights.set_role(agent, None, by=admin, hand_over_to=other, act=act(admin))
    session.commit()
    assert held.assignee_id == other.id
    rights.deactivate(other, by=admin, hand_over_to=None, act=act(admin))
    session.commit()
    assert held.assignee_id is None


def test_switching_off_ends_everything(session: Any) -> None:
    admin, person = ada(), ann()
    browser = credentials.open_session(person, ip="", user_agent="")
    _, api = credentials.make_api_token(person, "script", scope=TokenScope.WRITE)
    reset = credentials.make_link(TokenPurpose.RESET_PASSWORD, person)
    session.commit()
    rights.deactivate(person, by=admin, hand_over_to=None, act=act(admin))
    session.commit()
    assert accounts.verify("ann", PASSWORD) is None
    assert accounts.ask_reset("ann") is None
    rights.reactivate(person, by=admin)
    session.commit()
    assert credentials.live_session(browser) is None
    assert credentials.live_api_token(api) is None
    assert credentials.live_link(TokenPurpose.RESET_PASSWORD, reset) is None
    assert accounts.verify("ann", PASSWORD) == person


# --- races, on a database of their own ------------------------------------------------------------


def at_once(app: Any, *jobs: Any) -> list[Any]:
    """Run each job in a thread and app context of its own; what they returned or raised."""
    results: list[Any] = [None] * len(jobs)
    gate = threading.Barrier(len(jobs))

    def run(place: int) -> None:
        with app.app_context():
            db.session().will_write()
            gate.wait()
            try:
                results[place] = jobs[place]()
                db.session.commit()
            except Exception as error:
                db.session.rollback()
                results[place] = error

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_two_admins_demote_each_other_and_one_remains(own_app: Any) -> None:
    app = own_app()
    for _ in range(5):
        with app.app_context():
            first, second = (factories.user(role=Role.ADMIN).id for _ in "12")
            db.session.execute(db.delete(UserSession))
            db.session.commit()

        def demote(one: int, by: int) -> Any:
            def job() -> None:
                rights.set_role(
                    db.session.get_one(User, one), Role.AGENT, by=db.session.get_one(User, by)
                )

            return job

        def switch_off(one: int, by: int) -> Any:
            def job() -> None:
                actor = db.session.get_one(User, by)
                rights.deactivate(
                    db.session.get_one(User, one), by=actor, hand_over_to=None, act=act(actor)
                )

            return job

        results = at_once(app, demote(first, second), switch_off(second, first))
        assert sorted(type(result).__name__ for result in results) == ["Conflict", "NoneType"]
        with app.app_context():
            assert rights._count_admins() == 1
            for admin in db.session.scalars(db.select(User).where(User.id.in_([first, second]))):
                admin.staff = None
            db.session.commit()


def test_signing_up_at_once_with_one_address_makes_one_holder(own_app: Any) -> None:
    app = own_app()

    def job(email: str) -> Any:
        return lambda: accounts.register(
            username=None, name="N", email=email, password_hash=hashed()
        )

    addresses = ["A@x.de", "a@X.de", "a@x.de", "ß@x.de", "ss@x.de", "ı@x.de", "i@x.de"]
    results = at_once(app, *(job(address) for address in addresses))
    assert not [result for result in results if isinstance(result, Exception)]
    with app.app_context():
        keys = [k for k in db.session.scalars(db.select(User.email_key)) if k is not None]
        assert sorted(keys) == sorted({"a@x.de", "ß@x.de", "ss@x.de", "ı@x.de", "i@x.de"})
        names = db.session.scalars(db.select(User.username)).all()
        assert len({folded(name) for name in names}) == len(addresses)


def test_a_link_is_spent_once(own_app: Any) -> None:
    app = own_app()
    with app.app_context():
        person = factories.user("Ann")
        secret = credentials.make_link(TokenPurpose.RESET_PASSWORD, person)
        db.session.commit()

    def job() -> None:
        link = credentials.live_link(TokenPurpose.RESET_PASSWORD, secret)
        if link is None:
            raise Conflict("gone")
        accounts.reset_password(link, hashed())

    results = at_once(app, *[job] * 4)
    assert sorted(type(result).__name__ for result in results) == ["Conflict"] * 3 + ["NoneType"]
