"""Headers of a reverse proxy count only when a configured proxy sends them (R22)."""

import ipaddress
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from config import Network


def init_app(app: Flask) -> None:
    networks = app.config["SETTINGS"].trusted_proxies
    if networks:
        app.wsgi_app = _OnlyFromProxies(app.wsgi_app, networks)  # type: ignore[method-assign,assignment]  # -- Flask's way


class _OnlyFromProxies:
    """Apply ProxyFix, one hop, to requests whose peer is a configured proxy; others as they are."""

    def __init__(self, plain: Any, networks: tuple[Network, ...]) -> None:
        self.plain = plain
        self.fixed = ProxyFix(plain, x_for=1, x_proto=1, x_host=1)
        self.networks = networks

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        trusted = self._is_proxy(environ.get("REMOTE_ADDR", ""))
        answer: Iterable[bytes] = (self.fixed if trusted else self.plain)(environ, start)
        return answer

    def _is_proxy(self, peer: str) -> bool:
        try:
            address = ipaddress.ip_address(peer)
        except ValueError:
            return False
        return any(address in network for network in self.networks)
