// Puts the parts together: messages in, pictures out.

import { Connection } from "./connection.js";
import { Curves } from "./curves.js";
import { Figure } from "./figure.js";
import { History } from "./history.js";
import { Sensors, worn } from "./sensors.js";
import { Session } from "./session.js";
import { describeWearer, judge, showSummary, showTrust } from "./summary.js";
import { Target } from "./target.js";

const $ = id => document.getElementById(id);
const SILENT_S = 1.5;         // without a status for this long kinertia hangs, or the network does
const LOOK_MS = 500;
const CALM_MS = 500;          // time between pictures for those who asked for less motion
const calm = matchMedia("(prefers-reduced-motion: reduce)");

const figure = new Figure($("figure")), curves = new Curves($("curves")), sensors = new Sensors($("sensors"), $("worn-summary"));
let history = null, marks = worn([]), dropped = 0, fresh = false, drawn = -Infinity, wearer = "";
let latest = null, heard = 0, seen = null, held = null, refused = "";  // held: the history as of when the page was paused

const now_s = () => performance.now() / 1000;

const connection = new Connection({
  hello(message) {
    history = new History(message.columns, message.extra, message.rate_hz, message.history_s);
    dropped = 0;
    refused = "";
    wearer = describeWearer(message);
    figure.tall(message.height_m);
    curves.describe(message.columns);  // tells the target
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
    latest = message;
    heard = now_s();
    session.show(message.session);
    const now = worn(message.session.sensors);
    if ([...now.bad].join() !== [...marks.bad].join() || now.known.size !== marks.known.size) fresh = true;
    marks = now;
    banner(message.session.ended);
    look();
  },
  target(message) { target.show(message); },
  lost(wait) {
    gone();
    banner(`The connection to kinertia is lost. Trying again ${wait < 1000 ? "now" : `in ${Math.round(wait / 1000)} s`}.`, "Try now", () => connection.retry());
  },
  refused(words) {
    refused = words;
    gone();
    banner(words, "Load again", () => location.reload());
  },
});
const ask = command => connection.ask(command);
const session = new Session(ask);
const target = new Target($("target"), $("aiming"), ask, (band, focus) => { curves.aim(band, focus); redraw(); });
curves.changed = columns => { target.describe(columns); redraw(); };

function gone() {
  document.body.dataset.connection = "lost";
  latest = null;
  look();
}

// Says how things stand now; figures stay as they were last seen while nothing is known of now.
function look() {
  const silent_s = latest && now_s() - heard > SILENT_S ? now_s() - heard : 0;
  const found = judge(latest, { paused: held !== null, refused, silent_s });
  if (latest?.frames && held === null && !silent_s) seen = heard - latest.quiet_s;
  showTrust(latest, found, seen === null ? null : now_s() - seen);
  if (latest && (!found.old || !$("rate").textContent.includes("per s"))) showSummary(latest, dropped, wearer);
  sensors.show(latest?.session.sensors ?? null, latest?.held ?? [], silent_s || latest === null ? "Not known without a connection." : latest.session.ended && "Not known, as the stream has ended.");
}

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
  held = held === null && history ? history.copy() : null;
  $("pause").setAttribute("aria-pressed", String(held !== null));
  $("pause").textContent = held ? "Resume" : "Pause";
  redraw();
  look();
});
setInterval(look, LOOK_MS);
new ResizeObserver(redraw).observe($("figure").parentElement);

// Also while the page is paused: the same picture, as its place or what is chosen has changed.
function redraw() {
  fresh = true;
  if (held) held.drawn = false;
}

function draw(now) {
  requestAnimationFrame(draw);
  const shown = held ?? history;
  if (!shown || !fresh || shown.drawn || (calm.matches && now - drawn < CALM_MS)) return;
  fresh = false;
  drawn = now;
  $("empty").hidden = figure.draw(shown, marks);
  curves.draw(shown);
  if (held) held.drawn = true;
}

// The token is in a cookie now, and need not be read off the screen.
if (new URLSearchParams(location.search).has("token")) window.history.replaceState(null, "", location.pathname);
connection.open();
requestAnimationFrame(draw);
