"""Jinja2 as it is set up here, and without what it would do again for every page.

A page imports some twenty components, asks for some thirty addresses and shows a hundred icons.
Each costs little; together, as they come, they cost more than two bare pages.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import flask
import jinja2
from flask import request
from flask.templating import Environment as FlaskEnvironment

_REMEMBERED = 4096


class Template(jinja2.Template):
    """Its macros see the globals and their arguments, whatever page imports them."""

    def _get_default_module(self, ctx: Any = None) -> Any:
        if self._module is None:
            self._module = self.make_module()
        return self._module


class Environment(FlaskEnvironment):
    """A name that is not known is an error, and a template that was found stays found."""

    template_class = Template

    def __init__(self, app: Any, **options: Any) -> None:
        ours = {"undefined": jinja2.StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
        super().__init__(app, **{**options, **ours})
        self._found: dict[str, jinja2.Template] = {}

    def get_template(self, name: Any, parent: Any = None, globals: Any = None) -> jinja2.Template:
        if self.auto_reload or globals or not isinstance(name, str):
            return super().get_template(name, parent, globals)
        found = self._found.get(name)
        if found is None:
            found = self._found[name] = super().get_template(name, parent)
        return found


def once(macro: Callable[..., Any]) -> Callable[..., Any]:
    """The macro, called once for the same arguments: for those that look at nothing else."""
    return lru_cache(_REMEMBERED)(macro)


def url_for(endpoint: str, **values: Any) -> str:
    """Flask's, for templates: an address is the same whoever reads the page."""
    try:
        return _address(request.script_root, endpoint, **values)
    except TypeError:  # a list among the values has no hash
        return flask.url_for(endpoint, **values)


@lru_cache(_REMEMBERED)
def _address(_root: str, endpoint: str, **values: Any) -> str:
    return flask.url_for(endpoint, **values)
