"""Who may see the page and give commands.

On the loopback address every program of this computer may; names that others' web pages could point at this computer (DNS
rebinding) may not. On any other address a token is needed, once in the page's address and then as a cookie.
"""

from __future__ import annotations

import hmac
import ipaddress
import secrets
import socket
from dataclasses import dataclass, field
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, urlsplit

from websockets.datastructures import Headers, MultipleValuesError

TOKEN_BYTES = 18  # 144 random bits
LOOPBACK_NAMES = ("localhost",)
COOKIE = "kinertia_token"


@dataclass(frozen=True)
class Refusal:
    """Why a request is turned away."""

    status: HTTPStatus
    words: str


@dataclass(frozen=True)
class Access:
    """What requests to a server on ``host`` must bring along: the token, but on the loopback address."""

    host: str
    token: str | None = field(default=None, repr=False)

    def refuse(self, path: str, headers: Headers) -> Refusal | None:
        """Why a request with that path and query and these header fields is refused, None when it may pass."""
        try:
            host, origin = headers.get("Host", ""), headers.get("Origin")
        except MultipleValuesError:
            return Refusal(HTTPStatus.BAD_REQUEST, "a header field that must be given once was given twice")
        if not self._knows(host):
            return Refusal(HTTPStatus.FORBIDDEN, "this server goes by another address; open the one that kinertia printed")
        if origin is not None and origin not in (f"http://{host}", f"https://{host}"):
            return Refusal(HTTPStatus.FORBIDDEN, "a page from elsewhere asks for this one")
        if self.token is not None and not self._holds_token(path, headers):
            return Refusal(HTTPStatus.UNAUTHORIZED, "a token is needed; open the whole address that kinertia printed")
        return None

    def brings_token(self, path: str) -> bool:
        """Whether the request's address itself holds the right token."""
        given = parse_qs(urlsplit(path).query).get("token", [])
        return self.token is not None and len(given) == 1 and _same(given[0], self.token)

    def _holds_token(self, path: str, headers: Headers) -> bool:
        assert self.token is not None
        if self.brings_token(path):
            return True
        for line in headers.get_all("Cookie"):
            try:
                cookie = SimpleCookie(line).get(COOKIE)
            except CookieError:
                continue
            if cookie is not None and _same(cookie.value, self.token):
                return True
        return False

    def _knows(self, host: str) -> bool:
        """Whether a Host field names this server: by a loopback name, else by an address or this computer's name."""
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        if self.token is None:
            return name in LOOPBACK_NAMES or is_loopback(name)
        own = socket.gethostname().lower()
        return name in (*LOOPBACK_NAMES, own, f"{own}.local", self.host.lower()) or _is_address(name)


def access(host: str) -> Access:
    """Access for a server on ``host``: with a new token unless it is the loopback address."""
    local = host.lower() in LOOPBACK_NAMES or is_loopback(host)
    return Access(host, None if local else secrets.token_urlsafe(TOKEN_BYTES))


def is_loopback(name: str) -> bool:
    """Whether a name is an address of the loopback interface."""
    return _is_address(name) and ipaddress.ip_address(name).is_loopback


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())
