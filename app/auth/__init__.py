"""The auth edge: signing up, in and out, one-time links, and one's own account."""

from app.auth import account, held_form, links, registering, signing_in
from app.auth.blueprint import blueprint

__all__ = ["account", "blueprint", "held_form", "links", "registering", "signing_in"]
