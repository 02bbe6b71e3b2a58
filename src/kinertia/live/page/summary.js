// Figures in numbers, what the wearer does, and whether to trust all that: of now, or of when something was last seen.

import { text } from "./task.js";
import { number, plural, seconds } from "./words.js";

const $ = id => document.getElementById(id);
const REASONS = 2;
const EVEN_PERCENT = 1;
const OLD = "What is shown is the last that was seen.";

// The wearer in words, and what about him or her was only assumed.
export function describeWearer(hello) {
  const parts = [["mass_kg", `${number(hello.mass_kg)} kg`], ["height_m", `${number(hello.height_m, 2)} m`]];
  return parts.map(([name, words]) => (hello.assumed.includes(name) ? `${words} (assumed)` : words)).join(", ");
}

export function showSummary(status, dropped, wearer) {
  const { walking, compute, session } = status;
  fill("speed", number(walking.speed, 2), "m/s");
  fill("cadence", number(walking.cadence), "steps/min");
  const symmetry = walking.symmetry_percent;
  if (symmetry === null) fill("symmetry", "\u2013", "");
  else if (Math.abs(symmetry) < EVEN_PERCENT) fill("symmetry", "even", `${number(symmetry, 1, true)} %`);
  else fill("symmetry", `${number(Math.abs(symmetry), 1)} %`, symmetry > 0 ? "longer right" : "longer left");
  const most = compute.p50_ms === null ? "" : ` (99 %: ${number(compute.p99_ms, 2)})`;
  fill("compute", number(compute.p50_ms, 2), `ms${most}`, "Time from a sample in to its estimate out, over the last ten seconds: median, and what 99 of 100 samples took at most.");
  fill("delay", number(session.delay_ms), "ms", "How far the outputs are behind the signals by construction; the time to compute comes on top.");
  fill("rate", number(status.frames_per_s), dropped ? `per s, ${dropped} not shown` : "per s");
  text($("session"), [session.source, session.model && `model ${session.model}`, wearer].filter(Boolean).join(" \u00b7 ") || "Connected");
}

function fill(id, value, unit, title = "") {
  const place = $(id), said = `${value}|${unit}`;
  if (place.dataset.said === said) return;
  place.dataset.said = said;
  const small = document.createElement("small");
  small.textContent = unit;
  place.replaceChildren(value, " ", small);
  if (title) place.title = title;
}

// The first reasons; those that follow mostly follow from them.
function shorten(reasons) {
  const more = reasons.length - REASONS, first = reasons.slice(0, REASONS).join("; ");
  return first && `${first[0].toUpperCase()}${first.slice(1)}${more > 0 ? `; and ${plural(more, "more reason")}` : ""}.`;
}

// What the badge says, and whether what is shown is of now: {level, said, why, old}.
export function judge(status, { paused, refused, silent_s }) {
  if (status === null) return { level: "poor", said: "No connection", why: refused || OLD, old: true };
  const { session } = status;
  if (session.ended) return { level: "poor", said: "Stopped", why: session.aligned ? OLD : "", old: true };
  if (silent_s) return { level: "poor", said: "Nothing comes in", why: `Kinertia has fallen silent, or the network has. ${OLD}`, old: true };
  if (!status.frames) return { level: "waiting", said: "Waiting", why: "No sample has come yet.", old: false };
  if (!status.live) return { level: "poor", said: "Nothing comes in", why: `The source ${session.source} is silent. ${OLD}`, old: true };
  if (paused) return { level: "waiting", said: "Paused", why: "The estimate goes on, but what comes in now is not shown.", old: true };
  if (!session.aligned) return { level: "fair", said: "Not calibrated", why: "How the sensors sit is not known, so there is no estimate.", old: false };
  if (!status.trust.ok) return { level: "fair", said: "With care", why: shorten(status.trust.reasons), old: false };
  return { level: "good", said: "Trusted", why: "Nothing speaks against the estimate.", old: false };
}

// seen_s: how long ago what is shown was of now; null when nothing ever was
export function showTrust(status, found, seen_s) {
  const badge = $("trust"), doing = found.old || !status?.session.aligned ? "" : status.activity;
  badge.dataset.trust = found.level;
  document.body.classList.toggle("old", found.old);
  text(badge.querySelector("strong"), found.said);
  text(badge.querySelector("b"), doing && doing[0].toUpperCase() + doing.slice(1));
  text($("why"), found.why);
  text(badge.querySelector("em"), found.old && seen_s !== null ? `Last seen ${seconds(seen_s)} ago` : "");
  if (status === null) return;
  const { aligned, calibration, ended } = status.session;
  const advice = calibration.state === "running" ? calibration.words : "How the sensors sit is not known yet. Press Calibrate, stand still, then walk ten steps.";
  text($("empty"), ended ? "There was no estimate." : aligned ? "Waiting for the first estimate." : advice);
}
