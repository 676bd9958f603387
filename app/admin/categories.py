"""The list of categories: add, rename, order, archive and restore."""

from typing import Any

from flask import abort, flash, redirect, render_template, url_for

from app.admin.blueprint import blueprint
from app.admin.forms import CategoryForm, MoveForm
from app.admin.pages import stored
from app.domain import categories
from app.extensions import db
from app.models import Category
from app.policy import Permission
from app.queries.categories import counted_categories
from app.web.access import requires

PLACES = {"up": -1, "down": 1}


@blueprint.route("/admin/categories", methods=["GET", "POST"], endpoint="categories")
@requires(Permission.CATEGORIES_MANAGE, form=CategoryForm)
def list_and_add(form: CategoryForm) -> Any:
    added = form.validate_on_submit() and stored(
        form, lambda: categories.add(form.name.data), field="name"
    )
    if not added:
        return _list(form, 422 if form.is_submitted() else 200)
    db.session.commit()
    flash(f"“{form.name.data}” added.")
    return _back()


@blueprint.route("/admin/categories/<id:category_id>", methods=["GET", "POST"])
@requires(Permission.CATEGORIES_MANAGE)
def category(category_id: int) -> Any:
    """Rename one."""
    named = _category(category_id)
    form = CategoryForm(data={"name": named.name})
    renamed = form.validate_on_submit() and stored(
        form, lambda: categories.rename(named, form.name.data), field="name"
    )
    if not renamed:
        page = render_template("admin/category.html", form=form, category=named)
        return page, 422 if form.is_submitted() else 200
    db.session.commit()
    flash(f"Renamed to “{form.name.data}”.")
    return _back()


@blueprint.post("/admin/categories/<id:category_id>/position")
@requires(Permission.CATEGORIES_MANAGE, form=MoveForm)
def move_category(category_id: int, form: MoveForm) -> Any:
    moved = _category(category_id)
    if form.direction.data not in PLACES:
        abort(400)
    categories.move(moved, PLACES[form.direction.data])
    db.session.commit()
    return _back(category_id)


@blueprint.post("/admin/categories/<id:category_id>/archive")
@requires(Permission.CATEGORIES_MANAGE)
def archive_category(category_id: int) -> Any:
    archived = _category(category_id)
    name = archived.name
    categories.archive(archived)
    db.session.commit()
    flash(f"“{name}” is archived. Tickets that have it keep it.")
    return _back()


@blueprint.post("/admin/categories/<id:category_id>/restore")
@requires(Permission.CATEGORIES_MANAGE)
def restore_category(category_id: int) -> Any:
    restored = _category(category_id)
    name = restored.name
    categories.restore(restored)
    db.session.commit()
    flash(f"“{name}” is offered again.")
    return _back()


def _list(form: CategoryForm, code: int) -> Any:
    counted = counted_categories()
    page = render_template(
        "admin/categories.html",
        form=form,
        used=[c for c in counted if c.category.archived_at is None],
        archived=[c for c in counted if c.category.archived_at is not None],
    )
    return page, code


def _category(category_id: int) -> Category:
    found = db.session.get(Category, category_id)
    if found is None:
        abort(404)
    return found


def _back(category_id: int | None = None) -> Any:
    anchor = f"category-{category_id}" if category_id else None
    return redirect(url_for("admin.categories", _anchor=anchor), 303)
