"""One person: role, teams, invitation, sessions, tokens, switching off and on again."""

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, render_template, url_for

from app.admin.blueprint import blueprint
from app.admin.forms import HandOverForm, RoleForm, TeamsForm, role_of
from app.admin.pages import asked_words, stored
from app.domain import accounts, credentials, rights, teams
from app.domain.errors import DomainError
from app.extensions import db
from app.models import REQUESTER, User
from app.policy import Permission
from app.queries import people as asked
from app.queries import teams as teams_asked
from app.web.access import actor, begin_act, is_unsafe, requires


@blueprint.get("/admin/people/<id:user_id>", endpoint="person")
@requires(Permission.PEOPLE_MANAGE)
def show(user_id: int) -> Any:
    return _page(_person(user_id))


@blueprint.post("/admin/people/<id:user_id>/role")
@requires(Permission.PEOPLE_MANAGE, form=RoleForm)
def set_role(user_id: int, form: RoleForm) -> Any:
    user = _person(user_id)
    if not form.validate():
        return _page(user, form, 422)
    role = role_of(form.role.data)
    if role is None and user.is_staff and asked.count_open_assigned(user):
        return redirect(url_for("admin.leave_desk", user_id=user.id), 303)
    # Whoever is no admin any more may lose sight of some tickets that they have.
    act = begin_act("person.role") if user.is_admin and role is not None else None
    lost: list[int] = []
    if not stored(
        form, lambda: lost.append(rights.set_role(user, role, by=actor(), act=act)), field="role"
    ):
        return _page(user, form, 409)
    db.session.commit()
    flash(f"{user.name} is now {_in_words(user)}.{_lost(sum(lost))}")
    return _back(user_id)


@blueprint.post("/admin/people/<id:user_id>/teams")
@requires(Permission.TEAMS_MANAGE, form=TeamsForm)
def set_teams(user_id: int, form: TeamsForm) -> Any:
    """The teams that somebody shall be in, and no others."""
    user = _person(user_id)
    offered = teams_asked.teams_to_choose(user)
    form.offer(offered)
    lost: list[int] = []

    def act() -> None:
        wanted = [team for team in offered if team.id in form.teams.data]
        lost.append(teams.set_teams(user, wanted, act=begin_act("person.teams")))

    if not form.validate() or not stored(form, act, field="teams"):
        return _page(user, code=422, teams_form=form)
    db.session.commit()
    flash(f"The teams of {user.name} are saved.{_lost(sum(lost))}")
    return _back(user_id)


@blueprint.route("/admin/people/<id:user_id>/leave-desk", methods=["GET", "POST"])
@requires(Permission.PEOPLE_MANAGE, form=HandOverForm)
def leave_desk(user_id: int, form: HandOverForm) -> Any:
    """Staff become a requester; somebody takes over their open tickets."""
    user = _person(user_id)

    left: list[int] = []

    def act(to: User | None) -> None:
        act = begin_act("person.left_desk")
        left.append(rights.set_role(user, None, by=actor(), hand_over_to=to, act=act))

    if not _handed_over(user, form, act):
        return _hand_over_page(user, form, leaves_the_desk=True)
    db.session.commit()
    flash(f"{user.name} is now a requester.{_lost(sum(left))}")
    return _back(user_id)


@blueprint.route("/admin/people/<id:user_id>/deactivate", methods=["GET", "POST"])
@requires(Permission.PEOPLE_MANAGE, form=HandOverForm)
def deactivate(user_id: int, form: HandOverForm) -> Any:
    """Switch an account off; somebody takes over its open tickets."""
    user = _person(user_id)

    left: list[int] = []

    def act(to: User | None) -> None:
        act = begin_act("person.deactivated")
        left.append(rights.deactivate(user, by=actor(), hand_over_to=to, act=act))

    if not _handed_over(user, form, act):
        return _hand_over_page(user, form, leaves_the_desk=False)
    db.session.commit()
    flash(f"{user.name}’s account is switched off.{_lost(sum(left))}")
    return _back(user_id)


@blueprint.post("/admin/people/<id:user_id>/reactivate")
@requires(Permission.PEOPLE_MANAGE)
def reactivate(user_id: int) -> Any:
    user = _person(user_id)
    rights.reactivate(user, by=actor())
    db.session.commit()
    flash(f"{user.name} can sign in again.")
    return _back(user_id)


@blueprint.post("/admin/people/<id:user_id>/invitation")
@requires(Permission.PEOPLE_MANAGE)
def send_invitation(user_id: int) -> Any:
    user = _person(user_id)
    try:
        accounts.invite(user, by=actor())
    except DomainError as refused:
        db.session.rollback()
        flash(refused.sentence, "warning")
        return _back(user_id)
    db.session.commit()
    flash(f"Invitation to {user.email} is on its way.")
    return _back(user_id)


@blueprint.post("/admin/people/<id:user_id>/sign-out")
@requires(Permission.PEOPLE_MANAGE)
def sign_out_everywhere(user_id: int) -> Any:
    user = _person(user_id)
    credentials.end_sessions(user)
    db.session.commit()
    flash(f"{user.name} is signed out everywhere.")
    return _back(user_id)


@blueprint.post("/admin/people/<id:user_id>/tokens/<id:token_id>/revoke")
@requires(Permission.PEOPLE_MANAGE)
def revoke_token(user_id: int, token_id: int) -> Any:
    user = _person(user_id)
    if not credentials.revoke_api_token(user, token_id):
        abort(404)
    db.session.commit()
    flash("The token opens nothing any more.")
    return _back(user_id)


def _person(user_id: int) -> User:
    found = asked.person(user_id, lock=is_unsafe())
    if found is None:
        abort(404)
    return found


def _page(
    user: User,
    form: RoleForm | None = None,
    code: int = 200,
    *,
    teams_form: TeamsForm | None = None,
) -> Any:
    offered = teams_asked.teams_to_choose(user) if user.is_staff else []
    if teams_form is None and user.staff is not None:
        teams_form = TeamsForm(formdata=None, data={"teams": [t.id for t in user.staff.teams]})
        teams_form.offer(offered)
    page = render_template(
        "admin/person.html",
        person=user,
        form=form or RoleForm(formdata=None, data={"role": user.role}),
        role=_in_words(user),
        is_self=user.id == actor().id,
        is_invited=asked.is_invited(user),
        last_seen_at=asked.last_seen(user),
        sessions=asked.count_sessions(user),
        open_tickets=asked.count_open_assigned(user),
        tokens=asked.live_tokens(user),
        teams_form=teams_form if user.is_staff else None,
        private_teams={team.id for team in offered if team.is_private},
    )
    return page, code


def _handed_over(user: User, form: HandOverForm, act: Callable[[User | None], None]) -> bool:
    if not form.validate_on_submit():
        return False
    chosen = form.hand_over_to.data
    to = asked.person(chosen) if chosen else None
    if chosen and (to is None or not to.is_active or not to.is_staff):
        form.hand_over_to.errors = ["Choose somebody who is on the help desk."]
        return False
    return stored(form, lambda: act(to), field="hand_over_to")


def _hand_over_page(user: User, form: HandOverForm, *, leaves_the_desk: bool) -> Any:
    """The step in which somebody is chosen: a few names, and a search for all others."""
    q = asked_words()
    found = asked.colleagues(q, besides=user.id)
    form.offer(found)
    page = render_template(
        "admin/hand_over.html",
        person=user,
        form=form,
        q=q,
        found=found,
        more=len(found) == asked.FOUND_MAX,
        open_tickets=asked.count_open_assigned(user),
        leaves_the_desk=leaves_the_desk,
    )
    return page, 422 if form.is_submitted() else 200


def _lost(tickets: int) -> str:
    if not tickets:
        return ""
    said = "1 open ticket has" if tickets == 1 else f"{tickets} open tickets have"
    return f" {said} no assignee now, because it takes being in the team to see them."


def _in_words(user: User) -> str:
    return "a requester" if user.role == REQUESTER else f"an {user.role}"


def _back(user_id: int) -> Any:
    return redirect(url_for("admin.person", user_id=user_id), 303)
