"""The page in a headless browser."""

from __future__ import annotations

import base64
import json
import threading
import time
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from browser import Browser, wait_for
from feed import SUBJECT, Feed
from running import Running

from kinertia.live.server import Server
from kinertia.streaming.frame import Frame
from kinertia.streaming.progress import Progress
from kinertia.transport.replay import Faults, Outage
from kinertia.transport.walker import Stage, SyntheticSource

READY = "document.getElementById('empty').hidden && document.querySelectorAll('#sensors li').length === 7"
PIXELS = """(() => {
  const canvas = document.querySelector('%s'), pen = canvas.getContext('2d');
  let sum = 0;
  for (const byte of pen.getImageData(0, 0, canvas.width, canvas.height).data) sum = (sum * 31 + byte) %% 1000000007;
  return sum;
})()"""
COUNT = """(() => {
  const canvas = document.querySelector('#figure'), pen = canvas.getContext('2d');
  const bytes = pen.getImageData(0, 0, canvas.width, canvas.height).data;
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 4) { const b = bytes.subarray(i, i + 4); if (b[3] > 200 && %s) sum++; }
  return sum;
})()"""
FIGURE = PIXELS % "#figure"
CURVE = PIXELS % ".chart canvas"
NO_SCROLL = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


@pytest.fixture
def page(browser: Browser, server: Server) -> Browser:
    browser.size(1280, 800)
    browser.open(server.url)
    browser.wait(READY)
    return browser


def _click(page: Browser, selector: str) -> None:
    page.run(f"document.querySelector({json.dumps(selector)}).click()")


def _text(page: Browser, selector: str) -> str:
    return page.run(f"document.querySelector({json.dumps(selector)}).textContent")


def test_figure_moves_and_curves_draw(page: Browser) -> None:
    for what in (FIGURE, CURVE):
        before = page.run(what)
        wait_for(lambda what=what, before=before: page.run(what) != before, "another picture")
    assert page.run("document.querySelectorAll('.chart canvas').length") == 3
    page.wait("document.querySelector('#trust strong').textContent === 'Trusted'")
    assert _text(page, "#trust b") == "Walking"
    assert 1.2 < float(_text(page, "#speed").split()[0]) < 1.4
    assert "109" in _text(page, "#cadence")
    assert "ms (99 %: " in _text(page, "#compute")
    assert "20 ms" in _text(page, "#delay").replace("\u00a0", " ")
    assert "model default" in _text(page, "#session")
    assert page.run(NO_SCROLL)
    assert page.problems == []


def test_another_output_can_be_chosen_and_is_remembered(page: Browser, server: Server) -> None:
    page.run(
        "(() => { const s = document.querySelector('.chart select');"
        " s.value = 'hip_flexion'; s.dispatchEvent(new Event('change')); })()"
    )
    page.open(server.url)
    page.wait(READY)
    assert page.run("document.querySelector('.chart select').value") == "hip_flexion"
    page.run("localStorage.clear()")
    assert page.problems == []


def test_a_lost_sensor_is_shown_in_words(page: Browser, feed: Feed) -> None:
    assert _text(page, "[data-sensor=tibia_l] strong") == "Good"
    feed.lost.add("tibia_l")
    page.wait("document.querySelector('[data-sensor=tibia_l]').dataset.state === 'lost'")
    assert _text(page, "[data-sensor=tibia_l] strong") == "Lost"
    page.wait("document.querySelector('#trust').dataset.trust === 'fair'")
    assert _text(page, "#why") == "Nothing usable comes from the left shank."
    feed.lost.clear()
    page.wait("document.querySelector('[data-sensor=tibia_l]').dataset.state === 'ok'")
    assert page.problems == []


def test_a_pulled_sensor_shows_within_a_second(browser: Browser, tmp_path: Path) -> None:
    """With real core and clock; three times, since a loaded machine may be late once."""
    pulled = (4.0, 7.0, 10.0)
    faults = Faults(outages=tuple(Outage(2, begin, begin + 1.5) for begin in pulled))
    source = SyntheticSource(aligned=True, together=False, first=(), then=(Stage(20.0, 1.2),), faults=faults)
    with Running(source, tmp_path) as running, Server(running.hub, running.session, SUBJECT, port=0) as server:
        browser.size(1280, 800)
        browser.open(server.url)
        browser.wait(READY)
        taken = []
        for begin in pulled:
            browser.wait("document.querySelector('[data-sensor=tibia_r]').dataset.state === 'lost'")
            taken.append(running.hub.ring.since(0).time_s[-1] - begin)
            if taken[-1] < 1.0:
                break
            browser.wait("document.querySelector('[data-sensor=tibia_r]').dataset.state === 'ok'")
        assert min(taken) < 1.0
        assert "nothing has come for" in _text(browser, "#worn-summary")
        assert browser.problems == []


def test_muscles_are_drawn_and_what_they_lack_is_marked(browser: Browser, tmp_path: Path) -> None:
    source = SyntheticSource(aligned=True, first=(), then=(Stage(30.0, 1.2),))
    running = Running(source, tmp_path, muscles=True)
    at, publish, lacking = running.model.layout.index["muscles_lack_l"], running.hub.publish, threading.Event()

    def spoiled(frame: Frame) -> None:
        values = frame.values.copy()
        values[at] = float(lacking.is_set())
        publish(replace(frame, values=values))

    running.hub.publish = spoiled
    with running, Server(running.hub, running.session, SUBJECT, port=0) as server:
        browser.size(390, 780)
        browser.open(server.url)
        browser.wait(READY)
        browser.wait(f"{COUNT % ('b[0] > 180 && b[1] < 140 && b[2] < 140')} > 100")  # muscles are red
        yellow = COUNT % "b[0] > 250 && b[1] > 205 && b[1] < 220 && b[2] < 90"
        assert browser.run(yellow) == 0
        lacking.set()
        browser.wait(f"{yellow} > 50")
        assert browser.run(NO_SCROLL)
        assert browser.problems == []


def test_the_page_comes_back_after_the_server_did(browser: Browser, feed: Feed) -> None:
    browser.size(1280, 800)
    with Server(feed.hub, feed, SUBJECT, port=0) as server:
        port = server.port
        browser.open(server.url)
        browser.wait(READY)
    browser.wait("document.body.dataset.connection === 'lost' && !document.getElementById('banner').hidden")
    assert "connection" in _text(browser, "#banner p")
    assert [_text(browser, f"#trust {part}") for part in ("strong", "b")] == ["No connection", ""]
    assert _text(browser, "#trust em").startswith("Last seen ")
    assert _text(browser, "#worn-summary") == "Not known without a connection."
    assert browser.run("document.body.classList.contains('old')")
    still = browser.run(FIGURE)
    with Server(feed.hub, feed, SUBJECT, port=port):
        browser.wait("document.body.dataset.connection === 'open' && document.getElementById('banner').hidden")
        wait_for(lambda: browser.run(FIGURE) != still, "the figure to move again")
        # the browser itself logs refused connections; the page must not add to them
        assert [p for p in browser.problems if "WebSocket connection" not in p] == []


def test_a_connection_that_is_silent_is_not_trusted(page: Browser) -> None:
    page.wait("document.querySelector('#trust strong').textContent === 'Trusted'")
    # what a server that hangs looks like: connected, and nothing comes
    page.run("JSON.parse = () => ({ type: 'nothing' })")
    page.wait("document.querySelector('#trust strong').textContent === 'Nothing comes in'")
    assert _text(page, "#trust b") == ""


@pytest.mark.parametrize("width", [360, 390])
def test_a_phone_scrolls_in_one_direction_only(browser: Browser, server: Server, width: int) -> None:
    browser.size(width, 780, dark=True)
    browser.open(server.url)
    browser.wait(READY)
    assert browser.run(NO_SCROLL)
    widest = "Math.max(...[...document.querySelectorAll('main *, header *')].map(e => e.getBoundingClientRect().right))"
    assert browser.run(widest) <= width
    small = "[...document.querySelectorAll('header button:not([hidden])')].every(b => b.getBoundingClientRect().height >= 36)"
    assert browser.run(small)
    _click(browser, "#aim")
    assert browser.run("document.querySelector('#aiming').getBoundingClientRect().width") <= width
    assert browser.problems == []


def test_a_target_cues_the_eye_and_when_asked_the_ear(page: Browser) -> None:
    before = page.run(CURVE)
    _click(page, "#aim")
    page.run("(() => { const f = document.querySelector('#aiming form'); f.low.value = 10; f.high.value = 20; })()")
    _click(page, "#aim-go")
    page.wait("!document.getElementById('target').hidden && !document.getElementById('aiming').open")
    assert page.run(CURVE) != before
    page.wait("document.getElementById('target').dataset.verdict === 'above'")
    assert _text(page, "#target .verdict") == "Above"
    assert "10 to 20\u00b0" in _text(page, "#target .asked")
    assert _text(page, "#target .sound") == "Sound off"
    page.run(
        "window.tones = 0; { const start = OscillatorNode.prototype.start;"
        " OscillatorNode.prototype.start = function (...a) { window.tones++; return start.apply(this, a); }; }"
    )
    _click(page, "#target .sound")
    page.wait("window.tones > 0")
    _click(page, "#target .change")
    page.run("(() => { const f = document.querySelector('#aiming form'); f.low.value = 40; f.high.value = 70; })()")
    _click(page, "#aim-go")
    page.wait("document.getElementById('target').dataset.verdict === 'in'")
    assert "strides in the band" in _text(page, "#target .score p")
    _click(page, "#target .remove")
    page.wait("document.getElementById('target').hidden")
    assert page.problems == []


def test_buttons_ask_the_session(page: Browser, feed: Feed) -> None:
    _click(page, "#record")
    page.wait("document.getElementById('record').getAttribute('aria-pressed') === 'true'")
    assert feed.done[-1] == "start_recording"
    _click(page, "#record")
    page.wait("document.getElementById('record').getAttribute('aria-pressed') === 'false'")
    _click(page, "#calibrate")
    wait_for(lambda: "start_calibration" in feed.done, "calibration to be asked for")
    _click(page, "#adapt")
    wait_for(lambda: "start_adaptation" in feed.done, "adapting to be asked for")
    assert page.problems == []


def test_tasks_say_what_they_wait_for_how_long_and_what_came_of_it(page: Browser, feed: Feed) -> None:
    def told(**given: Progress | str | bool) -> None:
        feed.told = msgspec.structs.replace(feed.told, **given)

    told(calibration=Progress("running", "walk", 0.66, "Walk on: 6 of 10 steps.", 53.2, before="No standing seen in 60 s."))
    page.wait("!document.getElementById('calibration').hidden")
    assert _text(page, "#calibration .say") == "Walk on: 6 of 10 steps."
    assert _text(page, "#calibration .left") == "66 %, waits 53 s more"
    assert _text(page, "#calibration .more") == "The last try failed. No standing seen in 60 s."
    assert page.run("document.querySelector('#calibration [data-state=now]').textContent") == "Walk ten steps"
    assert page.run("document.getElementById('calibrate').disabled")
    _click(page, "#calibration .end")
    wait_for(lambda: "stop_calibration" in feed.done, "calibration to be stopped")
    learned = Progress("done", "swap", 1.0, "The model is adapted.", outcome=("The left thigh's sensor is turned.",))
    told(calibration=Progress(), adaptation=learned)
    page.wait("document.getElementById('calibration').hidden && !document.getElementById('adaptation').hidden")
    assert _text(page, "#adaptation .more") == learned.outcome[0]
    _click(page, "#adaptation .end")
    assert page.run("document.getElementById('adaptation').hidden")
    told(adaptation=Progress(), not_adaptable="training is not installed")
    page.wait("document.getElementById('adapt').classList.contains('off')")
    _click(page, "#adapt")
    assert _text(page, "#notices") == "The model cannot be adapted now: training is not installed."
    assert page.problems == []


def test_what_has_ended_is_grey_and_says_since_when(page: Browser, feed: Feed) -> None:
    speed = _text(page, "#speed")
    feed.told = msgspec.structs.replace(feed.told, ended="The stream has ended: walker played to the end.")
    page.wait("document.querySelector('#trust strong').textContent === 'Stopped'")
    page.wait("document.querySelector('#trust em').textContent === 'Last seen 1 s ago'")
    assert page.run("document.body.classList.contains('old')")
    assert _text(page, "#trust b") == ""
    assert _text(page, "#speed").split()[0][:2] == speed.split()[0][:2]
    assert _text(page, "[data-sensor=pelvis] strong") == "Not known"
    assert page.run("['calibrate', 'adapt', 'record'].every(id => document.getElementById(id).disabled)")


def test_the_sign_of_the_knee_is_chosen(page: Browser) -> None:
    assert page.run("document.querySelector('.chart select').selectedOptions[0].textContent") == "Knee flexion"
    page.wait("parseFloat(document.querySelector('.legend output').textContent) > 0")
    _click(page, ".flip")
    assert page.run("document.querySelector('.chart select').selectedOptions[0].textContent") == "Knee angle, flexion \u2212"
    page.wait("document.querySelector('.legend output').textContent.startsWith('\u2212')")
    page.run("sessionStorage.clear()")


def test_the_figure_keeps_its_proportions(page: Browser) -> None:
    """Its canvas is never stretched, whatever the layout does; also while the page is paused."""
    fits = """(() => { const c = document.getElementById('figure'), b = c.getBoundingClientRect(), s = c.parentElement;
      return c.width === b.width && c.height === b.height && b.width === s.clientWidth && b.height === s.clientHeight; })()"""
    _click(page, "#pause")
    for width, height in ((390, 844), (844, 390), (1280, 800)):
        page.size(width, height)
        page.wait(fits)


def test_keys_reach_everything(page: Browser) -> None:
    reached = set()
    for _ in range(12):
        page.press("Tab", 9)
        reached.add(page.run("document.activeElement.id || document.activeElement.tagName"))
    assert {"pause", "calibrate", "adapt", "aim", "record", "SELECT"} <= reached


def test_less_motion_and_pause(browser: Browser, server: Server) -> None:
    browser.size(1280, 800, calm=True)
    browser.open(server.url)
    browser.wait(READY)
    browser.run(
        "window.drawn = 0; { const pen = CanvasRenderingContext2D.prototype, put = pen.clearRect;"
        " pen.clearRect = function (...a) { if (this.canvas.id === 'figure') window.drawn++; put.apply(this, a); }; }"
    )
    time.sleep(1.2)
    assert browser.run("window.drawn") <= 4
    _click(browser, "#pause")
    time.sleep(0.55)  # what was held when the button was pressed is drawn once
    drawn = browser.run("window.drawn")
    time.sleep(0.7)
    assert browser.run("window.drawn") == drawn
    assert _text(browser, "#pause") == "Resume"
    assert [_text(browser, f"#trust {part}") for part in ("strong", "b")] == ["Paused", ""]
    assert browser.problems == []


def test_the_picture_is_not_empty(page: Browser) -> None:
    shot = page.call("Page.captureScreenshot", format="png")["data"]
    assert len(base64.b64decode(shot)) > 20_000
