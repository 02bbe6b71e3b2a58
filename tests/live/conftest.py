"""A walking session, its server and a browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browser import Browser, find
from feed import SUBJECT, Feed

from kinertia.live.server import Server


@pytest.fixture
def feed() -> Iterator[Feed]:
    with Feed() as running:
        yield running


@pytest.fixture
def server(feed: Feed) -> Iterator[Server]:
    with Server(feed.hub, feed, SUBJECT, port=0) as running:
        yield running


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One headless browser for all tests that need one."""
    program = find()
    if program is None:
        pytest.skip("no Chromium or Chrome is installed; the page is not tested")
    with Browser(program, tmp_path_factory.mktemp("profile")) as running:
        yield running
