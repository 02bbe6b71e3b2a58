"""Who may see the page and give commands.

On the loopback address every program of this computer may; names that others' web pages could point at this computer (DNS
rebinding) may not. On any other address a token is needed, once in the page's address and then as a cookie.
"""

from __future__ import annotations

import hmac
import ipaddress
import secrets
import socket
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, urlsplit

from websockets.datastructures import Headers, MultipleValuesError

TOKEN_BYTES = 18  # 144 random bits
LOOPBACK_NAMES = ("localhost",)
COOKIE = "kinertia_token"


@dataclass(frozen=True)
class Access:
    """What requests to a server on ``host`` must bring along: the token, but on the loopback address."""

    host: str
    token: str | None = field(default=None, repr=False)

    def refuse(self, path: str, headers: Headers) -> tuple[HTTPStatus, str] | None:
        """Why a request with that path and query and these header fields is refused, None when it may pass."""
        try:
            host, origin = headers.get("Host", ""), headers.get("Origin")
        except MultipleValuesError:
            return (HTTPStatus.BAD_REQUEST, "a header field that must be given once was given twice")
        if not self._knows(host):
            return (HTTPStatus.FORBIDDEN, "this server goes by another address; open the one that kinertia printed")
        if origin is not None and origin not in (f"http://{host}", f"https://{host}"):
            return (HTTPStatus.FORBIDDEN, "a page from elsewhere asks for this one")
        if self.token is not None and not self._holds_token(path, headers):
            return (HTTPStatus.UNAUTHORIZED, "a token is needed; open the whole address that kinertia printed")
        return None

    def brings_token(self, path: str) -> bool:
        """Whether the request's address itself holds the right token."""
        given = parse_qs(urlsplit(path).query).get("token", [])
        return self.token is not None and len(given) == 1 and _same(given[0], self.token)

    def _holds_token(self, path: str, headers: Headers) -> bool:
        given = []
        for line in headers.get_all("Cookie"):
            with suppress(CookieError):
                given += [cookie.value for name, cookie in SimpleCookie(line).items() if name == COOKIE]
        return self.brings_token(path) or any(_same(value, self.token or "") for value in given)

    def _knows(self, host: str) -> bool:
        """Whether a Host field names this server: by a loopback name, else by an address or this computer's name."""
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        if self.token is None:
            return name in LOOPBACK_NAMES or is_loopback(name)
        own = socket.gethostname().lower()
        return name in (*LOOPBACK_NAMES, own, f"{own}.local", self.host.lower()) or _address(name) is not None


def access(host: str) -> Access:
    """Access for a server on ``host``: with a new token unless it is the loopback address."""
    local = host.lower() in LOOPBACK_NAMES or is_loopback(host)
    return Access(host, None if local else secrets.token_urlsafe(TOKEN_BYTES))


def is_loopback(name: str) -> bool:
    """Whether a name is an address of the loopback interface."""
    known = _address(name)
    return known is not None and known.is_loopback


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())
