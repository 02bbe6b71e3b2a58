"""Network addresses as users write them."""

from __future__ import annotations

import socket

LOOPBACK = "127.0.0.1"


def parse(text: str) -> tuple[str, int]:
    """Host and port of ``HOST:PORT``, ``[HOST]:PORT``, ``:PORT`` or ``PORT``; without a host, this machine's own loopback.

    Raises
    ------
    ValueError : no port, or none from 1 to 65535.
    """
    host, _, port = text.rpartition(":")
    if not port.isdecimal() or not 1 <= int(port) <= 65535 or (":" in host and not host.startswith("[")):
        raise ValueError(f"address {text!r} is not HOST:PORT with a port from 1 to 65535; for example {LOOPBACK}:5005")
    return host.strip("[]") or LOOPBACK, int(port)


def udp_socket(host: str, port: int) -> tuple[socket.socket, tuple[str | int | bytes, ...]]:
    """An unbound UDP socket of the right family, and the address in its form.

    Raises
    ------
    ValueError : the host is not known.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
    except (socket.gaierror, UnicodeError) as error:
        raise ValueError(f"host {host!r} is not known ({error})") from error
    return socket.socket(family, kind, protocol), address
