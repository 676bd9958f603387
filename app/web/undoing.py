"""Says what was done, with the way to take it back."""

from flask import flash, url_for

from app.models import ChangeSet


def tell(text: str, act: ChangeSet, *, label: str = "Undo") -> None:
    """Tell of an act, once it is committed, on the page that comes next."""
    undo_url = url_for("ticket.undo_act", act_id=act.id)
    flash({"text": text, "undo_url": undo_url, "undo_label": label})  # type: ignore[arg-type] # a mapping is kept as well as a text
