// Puts the parts together: messages in, pictures out.

import { Connection } from "./connection.js";
import { Curves } from "./curves.js";
import { Figure } from "./figure.js";
import { History } from "./history.js";
import { Sensors, worn } from "./sensors.js";
import { Session } from "./session.js";
import { describeWearer, showNoConnection, showSilence, showSummary, showTrust } from "./summary.js";
import { Target } from "./target.js";

const $ = id => document.getElementById(id);
const SILENT_MS = 1500;       // without a status for this long kinertia hangs, or the network does
const CALM_MS = 500;          // time between pictures for those who asked for less motion
const calm = matchMedia("(prefers-reduced-motion: reduce)");

const figure = new Figure($("figure")), curves = new Curves($("curves")), sensors = new Sensors($("sensors"), $("worn-summary"));
let history = null, marks = worn([]), dropped = 0, fresh = false, paused = false, drawn = -Infinity, wearer = "", latest = null, heard = 0;

const connection = new Connection({
  hello(message) {
    history = new History(message.columns, message.extra, message.rate_hz, message.history_s);
    dropped = 0;
    wearer = describeWearer(message);
    curves.describe(message.columns);
    target.describe(message.columns);
    document.body.dataset.connection = "open";
    banner("");
    fresh = true;
  },
  frames(message) {
    if (!history || message.width !== history.width) return;
    history.push(message);
    dropped = message.dropped;
    fresh = true;
  },
  status(message) {
    showSummary(message, dropped, wearer);
    latest = message;
    heard = performance.now();
    showTrust(message, paused);
    sensors.show(message.session.sensors, message.held);
    session.show(message.session);
    const now = worn(message.session.sensors);
    if ([...now.bad].join() !== [...marks.bad].join() || now.known.size !== marks.known.size) fresh = true;
    marks = now;
    banner(message.session.ended);
  },
  target(message) { target.show(message); },
  lost(wait) {
    document.body.dataset.connection = "lost";
    latest = null;
    showNoConnection();
    banner(`The connection to kinertia is lost. Trying again ${wait < 1000 ? "now" : `in ${Math.round(wait / 1000)} s`}.`, "Try now", () => connection.retry());
  },
  refused(words) {
    document.body.dataset.connection = "lost";
    latest = null;
    showNoConnection();
    banner(words, "Load again", () => location.reload());
  },
});
const ask = command => connection.ask(command);
const session = new Session(ask);
const target = new Target($("target"), $("aiming"), ask, (band, focus) => { curves.aim(band, focus); fresh = true; });

function banner(words, action = "", act = null) {
  const place = $("banner"), button = place.querySelector("button"), said = place.querySelector("p");
  place.hidden = !words;
  if (said.textContent !== words) said.textContent = words;
  button.hidden = !action;
  button.textContent = action;
  button.onclick = act;
}

$("aim").addEventListener("click", () => target.open());
$("pause").addEventListener("click", () => {
  paused = !paused;
  $("pause").setAttribute("aria-pressed", String(paused));
  $("pause").textContent = paused ? "Go on" : "Pause";
  if (latest) showTrust(latest, paused);
});
setInterval(() => {
  const silent = performance.now() - heard;
  if (latest && silent > SILENT_MS) showSilence(silent / 1000);
}, SILENT_MS / 3);
new ResizeObserver(() => { fresh = true; }).observe($("figure"));

function draw(now) {
  requestAnimationFrame(draw);
  if (!history || !fresh || paused || (calm.matches && now - drawn < CALM_MS)) return;
  fresh = false;
  drawn = now;
  $("empty").hidden = figure.draw(history, marks);
  curves.draw(history);
}

// The token is in a cookie now, and need not be read off the screen.
if (new URLSearchParams(location.search).has("token")) window.history.replaceState(null, "", location.pathname);
connection.open();
requestAnimationFrame(draw);
