// Figures in numbers, what the wearer does, and whether to trust all that.

import { number, plural } from "./words.js";

const $ = id => document.getElementById(id);
const QUIET_S = 1;
const REASONS = 2;
const EVEN_PERCENT = 1;

// The wearer in words, and what about him or her was only assumed.
export function describeWearer(hello) {
  const parts = [["mass_kg", `${number(hello.mass_kg)} kg`], ["height_m", `${number(hello.height_m, 2)} m`]];
  return parts.map(([name, words]) => (hello.assumed.includes(name) ? `${words} assumed` : words)).join(", ");
}

export function showSummary(status, dropped, wearer) {
  const { walking, compute, session } = status;
  fill("speed", number(walking.speed, 2), "m/s");
  fill("cadence", number(walking.cadence), "steps/min");
  const symmetry = walking.symmetry_percent;
  if (symmetry === null) fill("symmetry", "\u2013", "");
  else if (Math.abs(symmetry) < EVEN_PERCENT) fill("symmetry", "even", `${number(symmetry, 1, true)} %`);
  else fill("symmetry", `${number(Math.abs(symmetry), 1)} %`, symmetry > 0 ? "longer right" : "longer left");
  const times = compute.p50_ms === null ? "\u2013" : `${number(compute.p50_ms, 2)} / ${number(compute.p99_ms, 2)}`;
  fill("compute", times, "ms", "half, and 99 of 100 samples of the last ten seconds took no longer, from sample in to estimate out");
  fill("delay", number(session.delay_ms), "ms", "how far the outputs are behind the inputs by construction; the time to compute comes on top");
  fill("rate", number(status.frames_per_s), dropped ? `per s, ${dropped} left out` : "per s");
  $("session").textContent = [session.source, session.model && `model ${session.model}`, wearer].filter(Boolean).join(" \u00b7 ") || "connected";
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
  const more = reasons.length - REASONS;
  return reasons.slice(0, REASONS).join("; ") + (more > 0 ? `; and ${plural(more, "more reason")}` : "");
}

export function showTrust(status, still) {
  const { aligned, calibration } = status.session;
  const advice = calibration.state === "running" ? calibration.words : "How the sensors sit is not known yet. Press Calibrate, stand still, then walk ten steps.";
  const empty = aligned ? "Waiting for the first estimate" : advice;
  if ($("empty").textContent !== empty) $("empty").textContent = empty;
  $("calibrate").classList.toggle("main", !aligned);
  let level = "good", said = "Trusted", reasons = "";
  if (still) [level, said, reasons] = ["waiting", "Paused", "figure and curves stand still; what comes in now is not shown"];
  else if (status.session.ended) [level, said, reasons] = ["poor", "Ended", status.session.ended];
  else if (status.trust === null) [level, said, reasons] = ["waiting", "Waiting", "no estimate yet"];
  else if (status.quiet_s > QUIET_S) [level, said, reasons] = ["poor", "Nothing comes in", `the last estimate is ${plural(Math.floor(status.quiet_s), "second")} old; ${status.session.source_status}`];
  else if (!aligned) [level, said, reasons] = ["fair", "Not calibrated", ""];
  else if (!status.trust.ok) [level, said, reasons] = ["fair", "With care", shorten(status.trust.reasons)];
  // nobody is said to do anything while nothing is known of now
  const live = !still && !status.session.ended && status.trust !== null && status.quiet_s <= QUIET_S && aligned;
  say(level, said, reasons, live ? status.activity : "");
}

// Without a connection, or with one that is silent, nothing is known of now: neither of the estimate nor of sensors.
export function showNoConnection() {
  say("poor", "No connection", "what is shown is old");
  $("worn-summary").textContent = "not known without a connection";
}

export function showSilence(seconds) {
  say("poor", "Nothing comes in", `kinertia has said nothing for ${plural(Math.floor(seconds), "second")}; what is shown is old`);
}

function say(level, said, reasons, activity = "") {
  const badge = $("trust"), [word, does, why] = ["strong", "b", "span"].map(name => badge.querySelector(name));
  const doing = activity && activity[0].toUpperCase() + activity.slice(1);
  if (does.textContent !== doing) does.textContent = doing;
  if (badge.dataset.trust !== level) badge.dataset.trust = level;
  if (word.textContent !== said) word.textContent = said;
  if (why.textContent !== reasons) why.textContent = reasons;
}
