"""The admin edge."""

from app.admin import categories, health, outbox, people, person, settings, teams
from app.admin.blueprint import blueprint

__all__ = ["blueprint", "categories", "health", "outbox", "people", "person", "settings", "teams"]
