"""Sessions, API tokens and one-time links."""

import datetime as dt
from typing import Any

import pytest
import time_machine

from app.clock import now
from app.domain import credentials
from app.extensions import db
from app.models import ApiToken, OneTimeToken, TokenPurpose, TokenScope, UserSession
from tests.factories import ann, eve


def test_only_digests_are_stored(session: Any) -> None:
    person = ann()
    secrets = [
        credentials.open_session(person, ip="", user_agent=""),
        credentials.make_api_token(person, "t", scope=TokenScope.READ)[1],
        credentials.make_link(TokenPurpose.INVITE, person),
    ]
    session.commit()
    assert all(len(secret) >= 43 for secret in secrets)
    for model, secret in zip((UserSession, ApiToken, OneTimeToken), secrets, strict=True):
        row = session.scalars(db.select(model)).one()
        assert secret not in str(vars(row))
        assert len(row.digest) == 64
    assert credentials.live_session(session.scalars(db.select(UserSession.digest)).one()) is None


def test_long_addresses_and_agents_are_cut(session: Any) -> None:
    credentials.open_session(ann(), ip="x" * 100, user_agent="y" * 1000)
    session.commit()
    row = session.scalars(db.select(UserSession)).one()
    assert (len(row.ip), len(row.user_agent)) == (45, 300)


def test_sessions_end_one_by_one_or_all(session: Any) -> None:
    person, other = ann(), eve()
    kept = credentials.open_session(person, ip="", user_agent="")
    ended = credentials.open_session(person, ip="", user_agent="")
    theirs = credentials.open_session(other, ip="", user_agent="")
    row = credentials.live_session(ended)
    assert not credentials.end_session(other, row.id)
    assert credentials.end_session(person, row.id)
    assert not credentials.end_session(person, row.id)
    credentials.open_session(person, ip="", user_agent="")
    credentials.end_sessions(person, but=kept)
    assert credentials.live_session(kept) is not None
    assert session.scalar(db.select(db.func.count()).select_from(UserSession)) == 2
    credentials.end_sessions(person)
    assert credentials.live_session(theirs) is not None
    assert credentials.live_session(kept) is None


def test_a_token_lives_a_year_at_most(session: Any) -> None:
    token, secret = credentials.make_api_token(ann(), "t", scope=TokenScope.READ, days=9999)
    session.commit()
    assert secret.startswith("desk_")
    assert token.hint == secret[-4:]
    assert (token.expires_at - token.created_at).days == 365
    live = credentials.live_api_token(secret)
    assert live is not None
    assert (live.id, live.scope) == (token.id, token.scope)
    assert credentials.live_api_token(secret.upper()) is None


def test_a_revoked_token_is_dead(session: Any) -> None:
    person, other = ann(), eve()
    token, secret = credentials.make_api_token(person, "t", scope=TokenScope.READ)
    session.commit()
    assert not credentials.revoke_api_token(other, token.id)
    assert credentials.revoke_api_token(person, token.id)
    assert not credentials.revoke_api_token(person, token.id)
    assert credentials.live_api_token(secret) is None


@pytest.mark.parametrize("purpose", list(TokenPurpose))
def test_a_link_lives_as_long_as_it_says(session: Any, purpose: TokenPurpose) -> None:
    secret = credentials.make_link(purpose, ann())
    session.commit()
    for early, alive in ((dt.timedelta(seconds=5), True), (dt.timedelta(seconds=-5), False)):
        with time_machine.travel(now() + credentials.LINK_LIFETIMES[purpose] - early, tick=False):
            assert (credentials.live_link(purpose, secret) is not None) is alive


def test_a_link_is_spent_once(session: Any) -> None:
    secret = credentials.make_link(TokenPurpose.INVITE, ann())
    link = credentials.live_link(TokenPurpose.INVITE, secret)
    assert credentials.use_link(link)
    assert not credentials.use_link(link)
    session.commit()
    assert credentials.live_link(TokenPurpose.INVITE, secret) is None


def test_links_are_withdrawn_by_purpose(session: Any) -> None:
    person = ann()
    made = {purpose: credentials.make_link(purpose, person) for purpose in TokenPurpose}
    session.commit()
    credentials.withdraw_links(person, TokenPurpose.INVITE)
    alive = {p for p, secret in made.items() if credentials.live_link(p, secret)}
    assert alive == set(TokenPurpose) - {TokenPurpose.INVITE}
    credentials.withdraw_links(person)
    assert not [p for p, secret in made.items() if credentials.live_link(p, secret)]
