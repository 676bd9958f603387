"""What the installation decides for itself."""

from dataclasses import asdict
from typing import Any

from flask import flash, redirect, render_template, url_for

from app.admin.blueprint import blueprint
from app.admin.forms import SettingsForm
from app.domain.settings import NAMES, change, site
from app.extensions import db
from app.policy import Permission
from app.web.access import requires


@blueprint.route("/admin/settings", methods=["GET", "POST"])
@requires(Permission.SETTINGS_MANAGE)
def settings() -> Any:
    form = SettingsForm(data=asdict(site()))
    if not form.validate_on_submit():
        return render_template("admin/settings.html", form=form), 422 if form.errors else 200
    change({name: form[name].data for name in NAMES})
    db.session.commit()
    flash("Settings saved.")
    return redirect(url_for("admin.settings"), 303)
