"""The web server of the live page: its files, and one socket per viewer, on a separate thread.

On the loopback address every program of this computer may see the page and give commands; names that others' web pages could
point at this computer (DNS rebinding) may not. On any other address a token is needed, once in the page's address and then as
a cookie.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import PurePath
from typing import NamedTuple, Self
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers, MultipleValuesError
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from kinertia.live import message
from kinertia.live.hub import EXTRA, HISTORY_S, Hub, Place
from kinertia.live.message import VERSION, Control, encode, encode_frames
from kinertia.live.monitor import Monitor
from kinertia.recording import Subject, words

HOST = "127.0.0.1"
PORT = 8470
LAST_PORT = 65535
SOCKET = "/socket"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
"""Files with another ending, such as licences, are plain text."""
FIRST = "/index.html"
FRAME_S = 1.0 / 30.0  # between frames that a viewer is sent
STATUS_S = 0.2  # between two of how it stands
VIEWERS = 24  # at most
START_S = 10.0  # for the server to start or end
WRITE_LIMIT = 2**16  # bytes that wait for one viewer before its frames are left out instead
POLICY = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"
SECURITY = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
TOKEN_BYTES = 18  # 144 random bits
LOOPBACK_NAMES = ("localhost",)
COOKIE = "kinertia_token"


class Server:
    """Shows a hub to browsers; use it as a context, or :meth:`start` and :meth:`stop` it.

    ``control`` tells how the session stands, and does what pages ask for; ``subject`` is the wearer as the page states it.
    Port 0 takes a free one; ValueError if it is none, OSError on starting if the address cannot be used. Who may see it is said
    by :func:`~kinertia.live.server.access` unless by ``allowed``.
    """

    def __init__(
        self, hub: Hub, control: Control, subject: Subject, host: str = HOST, port: int = PORT, allowed: Access | None = None
    ) -> None:
        if not 0 <= port <= LAST_PORT:
            raise ValueError(f"port {port} is none; give one from 1 to {LAST_PORT}, or 0 for a free one")
        self._hub, self._control, self._subject = hub, control, subject
        self._host, self.port = host, port
        self.access = allowed or access(host)
        self._files = load()
        self._monitor = Monitor(hub)
        self._connected = 0
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="live-server", daemon=True)
        self._ready = threading.Event()
        self._error: OSError | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None

    @property
    def url(self) -> str:
        """Address of the page, with the token where one is needed."""
        shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self._host, self._host)
        place = f"http://[{shown}]:{self.port}/" if ":" in shown else f"http://{shown}:{self.port}/"
        return place if self.access.token is None else f"{place}?token={self.access.token}"

    def start(self) -> None:
        """Listen; returns when the page can be opened."""
        self._thread.start()
        if not self._ready.wait(START_S):
            raise OSError(f"the page's server did not start within {START_S:g} s")
        if self._error is not None:
            words = f"cannot listen on {self._host} port {self.port}: {self._error}; choose another with --port"
            raise OSError(words) from self._error

    def stop(self) -> None:
        """Disconnect everybody and end."""
        if self._loop is not None and self._stopping is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(START_S)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    async def _serve(self) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        try:
            server = await serve(
                self._view,
                self._host,
                self.port,
                process_request=self._answer,
                server_header=None,
                compression=None,
                max_size=message.LARGEST,
                max_queue=4,
                write_limit=WRITE_LIMIT,
                close_timeout=1.0,
            )
        except OSError as error:
            self._error = error
            self._ready.set()
            return
        self.port = next(iter(server.sockets)).getsockname()[1]
        async with server, asyncio.TaskGroup() as group:
            follower = group.create_task(self._follow())
            self._ready.set()
            await self._stopping.wait()
            follower.cancel()

    async def _follow(self) -> None:
        """Keep the messages that all viewers share up to date."""
        loop = asyncio.get_running_loop()
        refreshed = 0.0
        while True:
            self._monitor.follow()
            if loop.time() - refreshed >= STATUS_S:
                refreshed = loop.time()
                self._monitor.refresh(self._control.state(), self._connected)
            await asyncio.sleep(FRAME_S)

    def _answer(self, connection: ServerConnection, request: Request) -> Response | None:
        """A file, a refusal, or None for a viewer's socket."""
        refusal = self.access.refuse(request.path, request.headers)
        if refusal is not None:
            return _respond(refusal[0], f"kinertia: {refusal[1]}\n".encode())
        path = urlsplit(request.path).path
        if path == SOCKET:
            if self._connected >= VIEWERS:
                return _respond(HTTPStatus.SERVICE_UNAVAILABLE, f"kinertia: {VIEWERS} pages are open already\n".encode())
            return None
        file = self._files.get(path)
        if file is None:
            return _respond(HTTPStatus.NOT_FOUND, b"kinertia: there is nothing here\n")
        response = _respond(HTTPStatus.OK, file.content, file.type)
        if self.access.brings_token(request.path):
            cookie = f"{COOKIE}={self.access.token}; Path=/; HttpOnly; SameSite=Strict"
            response.headers["Set-Cookie"] = cookie
        return response

    async def _view(self, connection: ServerConnection) -> None:
        """Serve one viewer until it leaves."""
        self._connected += 1
        try:
            async with asyncio.TaskGroup() as both:
                sender = both.create_task(self._send(connection))
                await self._listen(connection)
                sender.cancel()
        finally:
            self._connected -= 1

    async def _listen(self, connection: ServerConnection) -> None:
        """Carry out what the viewer asks for."""
        try:
            async for text in connection:
                await connection.send(await self._reply(text))
        except ConnectionClosed:
            return

    async def _send(self, connection: ServerConnection) -> None:
        """Frames at most thirty times a second; while a send waits for a slow viewer, its place in the ring stays behind."""
        place, status, target_version = Place(self._hub), "", -1
        try:
            await connection.send(self._hello())
            while True:
                rows = place.take()
                if len(rows):
                    await connection.send(encode_frames(rows, place.dropped))
                if self._monitor.target_version != target_version:
                    target_version = self._monitor.target_version
                    await connection.send(self._monitor.target)
                if self._monitor.status is not status:
                    status = self._monitor.status
                    await connection.send(status)
                await asyncio.sleep(FRAME_S)
        except ConnectionClosed:
            return

    def _hello(self) -> str:
        hub, subject = self._hub, self._subject
        about = {"columns": hub.columns, "extra": EXTRA, "segments": hub.sensors.segments, "rate_hz": hub.rate_hz}
        wearer = {"mass_kg": subject.mass_kg, "height_m": subject.height_m, "assumed": subject.assumed}
        return encode("hello", {"version": VERSION, **about, "history_s": HISTORY_S, **wearer})

    async def _reply(self, text: str | bytes) -> str:
        """Carry out what a viewer asks for; the answer says whether it was, and what was wrong with it."""
        number, wrong = 0, ""
        try:
            asked = message.parse(text)
            number = asked.id
            if asked.do in ("set_target", "clear_target"):
                self._monitor.set_target(asked.target)
            else:
                # it may have to wait for a disk, and nobody else should
                await asyncio.to_thread(self._control.do, asked.do)
        except (ValueError, OSError) as error:
            wrong = words.sentence(str(error))
        return encode("reply", {"id": number, "ok": not wrong, "words": wrong})


def _respond(status: HTTPStatus, content: bytes, kind: str = "text/plain; charset=utf-8") -> Response:
    headers = Headers(**{"Content-Type": kind, "Content-Length": str(len(content)), "Connection": "close"})
    for name, value in SECURITY.items():
        headers[name] = value
    return Response(status.value, status.phrase, headers, content)


class File(NamedTuple):
    """One file of the page."""

    content: bytes
    type: str


def load() -> dict[str, File]:
    """All files by their path on the server, read once; ``/`` is the page itself.

    A request names one of them or nothing, never a path on the disk.
    """
    files = dict(_collect(resources.files("kinertia.live") / "page", ""))
    return files | {"/": files[FIRST]}


def _collect(folder: Traversable, path: str) -> Iterator[tuple[str, File]]:
    for entry in folder.iterdir():
        name = f"{path}/{entry.name}"
        if entry.is_dir():
            yield from _collect(entry, name)
        else:
            yield name, File(entry.read_bytes(), TYPES.get(PurePath(name).suffix, "text/plain; charset=utf-8"))


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
