"""The list of people, and inviting somebody to it."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from app.admin.blueprint import blueprint
from app.admin.forms import InviteForm, role_of
from app.admin.pages import asked_words, cursors, page_urls, stored
from app.domain import accounts, rights
from app.extensions import db
from app.policy import Permission
from app.queries.people import PeopleTab, people, people_counts
from app.web.access import actor, requires


@blueprint.get("/admin")
@requires(Permission.PEOPLE_MANAGE)
def home() -> Any:
    return redirect(url_for("admin.people"), 303)


@blueprint.get("/admin/people", endpoint="people")
@requires(Permission.PEOPLE_MANAGE)
def list_people() -> Any:
    tab = next((t for t in PeopleTab if t == request.args.get("tab")), PeopleTab.EVERYONE)
    q = asked_words()
    after, before = cursors()
    page = people(tab, q, after=after, before=before)
    counts = people_counts(q)
    state = {"tab": tab.value, "q": q or None}
    return render_template(
        "admin/people.html",
        page=page,
        q=q,
        tab=tab,
        total=counts[tab],
        tabs=[
            {
                "label": t.label,
                "url": url_for("admin.people", tab=t.value, q=q or None),
                "count": counts[t],
                "current": t is tab,
            }
            for t in PeopleTab
        ],
        **page_urls("admin.people", page, **state),
    )


@blueprint.route("/admin/people/invite", methods=["GET", "POST"])
@requires(Permission.PEOPLE_MANAGE, form=InviteForm)
def invite(form: InviteForm) -> Any:
    """Ask somebody in; who is known by the address already is asked under the account they have."""
    if not form.validate_on_submit() or not stored(form, lambda: _invite(form), field="email"):
        code = 422 if form.is_submitted() else 200
        return render_template("admin/invite.html", form=form), code
    db.session.commit()
    flash(f"Invitation to {form.email.data} is on its way.")
    return redirect(url_for("admin.people", tab=PeopleTab.INVITED.value), 303)


def _invite(form: InviteForm) -> None:
    """A new account, or the one that was made when somebody filed a ticket for this address."""
    email, role = form.email.data, role_of(form.role.data)
    user = accounts.find(email)
    if user is None:
        user = accounts.create_user(
            username=None, name=form.name.data, email=email, role=role, by=actor()
        )
    accounts.invite(user, by=actor())
    if user.role != form.role.data:
        rights.set_role(user, role, by=actor())
