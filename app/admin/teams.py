"""The list of teams, and one of them: its name, whose eyes it is for, who is in it."""

from typing import Any

from flask import abort, flash, redirect, render_template, url_for

from app.admin.blueprint import blueprint
from app.admin.forms import MemberForm, TeamForm
from app.admin.pages import asked_words, stored
from app.domain import teams
from app.domain.errors import DomainError
from app.extensions import db
from app.models import Team, User
from app.policy import Permission
from app.queries import people
from app.queries import teams as asked
from app.web.access import begin_act, is_unsafe, requires


@blueprint.route("/admin/teams", methods=["GET", "POST"], endpoint="teams")
@requires(Permission.TEAMS_MANAGE, form=TeamForm)
def list_and_add(form: TeamForm) -> Any:
    added: list[Team] = []

    def act() -> None:
        added.append(teams.add(form.name.data, is_private=form.is_private.data))

    if not form.validate_on_submit() or not stored(form, act, field="name"):
        return _list(form, 422 if form.is_submitted() else 200)
    db.session.commit()
    flash(f"“{form.name.data}” added. Say who is in it.")
    return _back(added[0].id)


@blueprint.route("/admin/teams/<id:team_id>", methods=["GET", "POST"])
@requires(Permission.TEAMS_MANAGE)
def team(team_id: int) -> Any:
    """What it is called, and whether its tickets are for its members only."""
    found = _team(team_id)
    form = TeamForm(data={"name": found.name, "is_private": found.is_private})
    said: list[str] = []

    def act() -> None:
        if form.name.data != found.name:
            teams.rename(found, form.name.data)
            said.append(f"Renamed to “{found.name}”.")
        if form.is_private.data != found.is_private:
            act = begin_act("team.privacy")
            lost = teams.set_private(found, form.is_private.data, act=act)
            said.append(_privacy(found, lost))

    if not form.validate_on_submit() or not stored(form, act, field="name"):
        return _page(found, form, 422 if form.is_submitted() else 200)
    db.session.commit()
    flash(" ".join(said) or "Nothing to change.")
    return _back(team_id)


@blueprint.post("/admin/teams/<id:team_id>/members")
@requires(Permission.TEAMS_MANAGE, form=MemberForm)
def add_member(team_id: int, form: MemberForm) -> Any:
    found = _team(team_id)
    person = _person(form.person.data or 0)
    try:
        added = teams.add_member(found, person)
    except DomainError as refused:
        db.session.rollback()
        flash(refused.sentence, "error")
        return _back(team_id, "members")
    db.session.commit()
    flash(f"{person.name} is {'now' if added else 'already'} in “{found.name}”.")
    return _back(team_id, "members")


@blueprint.post("/admin/teams/<id:team_id>/members/<id:user_id>/remove")
@requires(Permission.TEAMS_MANAGE)
def remove_member(team_id: int, user_id: int) -> Any:
    found, person = _team(team_id), _person(user_id)
    lost = teams.remove_member(found, person, act=begin_act("team.member_removed"))
    db.session.commit()
    said = f"{person.name} is not in “{found.name}” any more."
    if lost:
        said += f" {_tickets(lost)} of theirs {_have(lost)} no assignee now."
    flash(said)
    return _back(team_id, "members")


@blueprint.post("/admin/teams/<id:team_id>/archive")
@requires(Permission.TEAMS_MANAGE)
def archive_team(team_id: int) -> Any:
    found = _team(team_id)
    teams.archive(found)
    db.session.commit()
    flash(f"“{found.name}” is archived. Its tickets stay with it.")
    return _back()


@blueprint.post("/admin/teams/<id:team_id>/restore")
@requires(Permission.TEAMS_MANAGE)
def restore_team(team_id: int) -> Any:
    found = _team(team_id)
    teams.restore(found)
    db.session.commit()
    flash(f"“{found.name}” is offered again.")
    return _back()


def _privacy(team: Team, lost: int) -> str:
    if not team.is_private:
        return f"All staff see the tickets of “{team.name}” now."
    said = f"Only its members and admins see the tickets of “{team.name}” now."
    if lost:
        said += f" {_tickets(lost)} of people who are not in it {_have(lost)} no assignee now."
    return said


def _tickets(n: int) -> str:
    return f"{n} open ticket{'' if n == 1 else 's'}"


def _have(n: int) -> str:
    return "has" if n == 1 else "have"


def _list(form: TeamForm, code: int) -> Any:
    counted = asked.counted_teams()
    page = render_template(
        "admin/teams.html",
        form=form,
        used=[c for c in counted if c.team.archived_at is None],
        archived=[c for c in counted if c.team.archived_at is not None],
    )
    return page, code


def _page(team: Team, form: TeamForm, code: int) -> Any:
    q = asked_words()
    found = asked.staff_outside(team, q)
    page = render_template(
        "admin/team.html",
        team=team,
        form=form,
        members=asked.members(team),
        with_outsiders=asked.count_with_outsiders(team),
        q=q,
        found=found,
        more=len(found) == asked.FOUND_MAX,
    )
    return page, code


def _team(team_id: int) -> Team:
    return asked.team(team_id, lock=is_unsafe()) or abort(404)


def _person(user_id: int) -> User:
    return people.person(user_id, lock=True) or abort(404)


def _back(team_id: int | None = None, anchor: str | None = None) -> Any:
    if team_id is None:
        return redirect(url_for("admin.teams"), 303)
    return redirect(url_for("admin.team", team_id=team_id, _anchor=anchor), 303)
