"""The server: who gets what, and that nobody holds up anybody."""

from __future__ import annotations

import http.client
import json
import re
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from browser import wait_for
from feed import AHEAD, SUBJECT, Feed
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from kinertia.live.message import VERSION, decode_frames
from kinertia.live.server import PORT, Server, access, load

TOKEN = re.compile(r"\?token=([\w-]{20,})$")


def _get(server: Server, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.putrequest("GET", path, skip_host="Host" in headers)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response.status, dict(response.getheaders()), content


def _socket(server: Server, **given: Any) -> ClientConnection:
    return connect(f"ws://127.0.0.1:{server.port}/socket", max_size=None, compression=None, **given)


def _ask(viewer: ClientConnection, command: object) -> dict[str, Any]:
    viewer.send(command if isinstance(command, str) else json.dumps(command))
    return _next(viewer, "reply")


def _next(viewer: ClientConnection, kind: str) -> dict[str, Any]:
    while True:
        message = viewer.recv(timeout=10)
        if isinstance(message, str) and (found := json.loads(message))["type"] == kind:
            return found


@pytest.fixture
def guarded(feed: Feed) -> Iterator[Server]:
    """A server that asks for a token, as on any address but the loopback one."""
    with Server(feed.hub, feed, SUBJECT, port=0, allowed=access("192.0.2.7")) as running:
        yield running


def test_files_are_served_with_security_headers(server: Server) -> None:
    assert server.access.token is None
    for path, file in load().items():
        status, headers, content = _get(server, path)
        assert (status, content) == (200, file.content)
        assert headers["Content-Type"] == file.type
        assert headers["Content-Security-Policy"].startswith("default-src 'self';")
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "Server" not in headers
    types = {path: file.type.split(";")[0] for path, file in load().items()}
    assert types["/"] == types["/index.html"] == "text/html"
    assert types["/main.js"] == "text/javascript"
    assert types["/vendor/uplot/LICENSE"] == "text/plain"


@pytest.mark.parametrize(
    "path",
    [
        *("/absent", "/../server.py", "/..%2fserver.py", "/%2e%2e/server.py", "//etc/passwd"),
        *("/style", "/style/", "/vendor/../../hub.py", "/\\..\\"),
    ],
)
def test_nothing_else_is_served(server: Server, path: str) -> None:
    status, _, content = _get(server, path)
    assert status == 404
    assert b"import" not in content


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1.evil.example", "192.168.0.5:{port}", "", "[::1", "a b"]
)
def test_names_that_others_point_here_are_refused(server: Server, host: str) -> None:
    assert _get(server, "/", Host=host.format(port=server.port))[0] == 403


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "localhost:{port}", "[::1]:{port}", "LOCALHOST"])
def test_names_of_the_loopback_address_are_known(server: Server, host: str) -> None:
    assert _get(server, "/", Host=host.format(port=server.port))[0] == 200


def test_pages_from_elsewhere_get_no_socket(server: Server) -> None:
    for origin in ("http://evil.example", "null", f"http://127.0.0.1:{server.port + 1}"):
        with pytest.raises(InvalidStatus, match="403"):
            _socket(server, origin=origin)
    with _socket(server, origin=f"http://127.0.0.1:{server.port}") as viewer:
        assert _next(viewer, "hello")["version"] == VERSION


def test_a_token_is_needed_elsewhere(guarded: Server) -> None:
    token = TOKEN.search(guarded.url)
    assert token
    wrong = ("/?token=", "/?token=wrong", f"/?token={token[1]}&token=x", f"/main.js?token={token[1]}x")
    for path in ("/", "/main.js", "/socket", *wrong):
        assert _get(guarded, path)[0] == 401, path
    with pytest.raises(InvalidStatus, match="401"):
        _socket(guarded)
    status, headers, _ = _get(guarded, f"/?token={token[1]}")
    assert status == 200
    assert {"HttpOnly", "SameSite=Strict"} <= set(headers["Set-Cookie"].split("; "))
    cookie = headers["Set-Cookie"].split(";")[0]
    assert _get(guarded, "/main.js", Cookie=cookie)[0] == 200
    assert _get(guarded, "/main.js", Cookie=cookie[:-1])[0] == 401
    with _socket(guarded, additional_headers={"Cookie": cookie}) as viewer:
        assert _next(viewer, "hello")
    assert _get(guarded, f"/?token={token[1]}", Host="evil.example")[0] == 403
    assert _get(guarded, f"/?token={token[1]}", Host=f"192.168.0.5:{guarded.port}")[0] == 200


def test_every_start_has_another_token() -> None:
    assert access("127.0.0.1").token is access("::1").token is access("localhost").token is None
    assert access("0.0.0.0").token != access("0.0.0.0").token


def test_a_viewer_gets_the_past_and_then_every_frame(server: Server, feed: Feed) -> None:
    with _socket(server) as viewer:
        hello = _next(viewer, "hello")
        assert (hello["mass_kg"], hello["rate_hz"]) == (72.0, 100.0)
        numbers: list[int] = []
        while len(numbers) < AHEAD + 100:
            message = viewer.recv(timeout=10)
            if isinstance(message, bytes):
                rows, dropped = decode_frames(message)
                assert rows.values.shape[1] == len(hello["columns"]) + len(hello["extra"])
                numbers += range(rows.first, rows.first + len(rows))
                assert dropped == 0
        assert numbers == list(range(len(numbers)))
        status = _next(viewer, "status")
        assert status["viewers"] == 1
        assert status["session"]["sensors"][2]["words"] == "right shank"


def test_commands_reach_the_session(server: Server, feed: Feed) -> None:
    with _socket(server) as viewer:
        refused = _ask(viewer, {"do": "stop_recording", "id": 4})
        assert (refused["ok"], refused["words"]) == (False, "Nothing is being recorded.")
        assert _ask(viewer, {"do": "start_recording", "id": 5}) == {"type": "reply", "id": 5, "ok": True, "words": ""}
        assert feed.done == ["start_recording"]
        wait_for(lambda: _next(viewer, "status")["session"]["recording"]["on"], "the recording")


def test_a_target_is_shown_to_everybody(server: Server) -> None:
    target = {"output": "knee_angle_r", "measure": "lowest", "phase": "stride", "low": -1.2, "high": -0.5}
    with _socket(server) as first, _socket(server) as second:
        assert _ask(first, {"do": "set_target", "id": 1, "target": target})["ok"]
        wait_for(lambda: _next(second, "target")["target"] == target, "the target")
        wait_for(lambda: _next(second, "target")["count"] > 0, "a judged stride")
        refused = _ask(first, {"do": "set_target", "id": 2, "target": {**target, "output": "shoe_size"}})
        assert not refused["ok"]
        assert "no such output" in refused["words"]
        assert _ask(first, {"do": "clear_target", "id": 3})["ok"]
        wait_for(lambda: _next(second, "target")["target"] is None, "no target")


def test_nonsense_is_answered_and_too_much_of_it_is_cut_off(server: Server) -> None:
    with _socket(server) as viewer:
        for text in ("", "{}", "\x00", '{"do": "start_recording", "path": "/tmp/x"}'):
            assert not _ask(viewer, text)["ok"]
        viewer.send("x" * 100_000)
        with pytest.raises(ConnectionClosed):
            _next(viewer, "nothing")
    with _socket(server) as viewer:
        assert _next(viewer, "hello")


def test_who_never_reads_holds_up_nobody(server: Server, feed: Feed) -> None:
    lazy = []
    for _ in range(3):
        raw = socket.create_connection(("127.0.0.1", server.port))
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        lines = ("GET /socket HTTP/1.1", f"Host: 127.0.0.1:{server.port}", "Upgrade: websocket", "Connection: Upgrade")
        key = ("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13", "", "")
        raw.sendall("\r\n".join((*lines, *key)).encode())
        lazy.append(raw)
    with _socket(server) as viewer:
        wait_for(lambda: _next(viewer, "status")["viewers"] == 4, "all viewers")
        before, begin = feed.hub.ring.count, time.monotonic()
        seen = 0
        while seen < 150:
            message = viewer.recv(timeout=10)
            if isinstance(message, bytes):
                rows, dropped = decode_frames(message)
                seen += len(rows)
                assert dropped == 0
        assert feed.hub.ring.count - before >= 100
        assert time.monotonic() - begin < 30.0
    for raw in lazy:
        raw.close()


def test_a_port_in_use_is_named(server: Server, feed: Feed) -> None:
    with pytest.raises(OSError, match=rf"port {server.port}.*--port"):
        Server(feed.hub, feed, SUBJECT, port=server.port).start()


def test_the_address_of_the_page(feed: Feed) -> None:
    assert Server(feed.hub, feed, SUBJECT).url == f"http://127.0.0.1:{PORT}/"
    everywhere = Server(feed.hub, feed, SUBJECT, host="0.0.0.0", port=9000).url
    assert everywhere.startswith("http://127.0.0.1:9000/?token=")
    assert Server(feed.hub, feed, SUBJECT, host="::1", port=9000).url == "http://[::1]:9000/"
