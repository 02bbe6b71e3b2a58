// One tile per sensor: how it is, in words as well as in colour.

import { text } from "./task.js";
import { number, seconds } from "./words.js";

const WORDS = {
  ok: ["Good", "\u2713"], held: ["Bridging a gap", "\u223c"], waiting: ["Waiting", "\u2026"], stale: ["Silent", "\u223c"], lost: ["Lost", "\u00d7"],
  frozen: ["Frozen", "!"], clipped: ["End of range", "!"], rate: ["Wrong rate", "!"], clock: ["Clock unsure", "!"], unusable: ["No usable signal", "\u00d7"],
  unknown: ["Not known", "?"],
};
const COUNTS = {
  late: "late", out_of_order: "out of order", duplicated: "sent twice", rejected: "rejected", restarts: "restarts", interpolated: "joined over a gap",
  held: "bridged with the last value", missing: "missing", clipped: "at the end of the range",
};
const MANY = 3;
const BAD = new Set(["lost", "frozen", "unusable"]);
const level = state => (state === "ok" ? "good" : state === "unknown" ? "unknown" : BAD.has(state) ? "poor" : "fair");

export class Sensors {
  constructor(list, summary) {
    this.list = list;
    this.summary = summary;
    this.tiles = new Map();
    this.last = [];
  }

  // sensors: as the server states them, null without one; held: segments for which older values stand in; unknown: why nothing is known of now
  show(sensors, held, unknown) {
    this.last = sensors ?? this.last;
    if (this.last.map(s => s.name).join() !== [...this.tiles.keys()].join()) this.#build(this.last);
    for (const sensor of this.last) {
      const state = unknown ? "unknown" : sensor.state === "ok" && held.includes(sensor.segment) ? "held" : sensor.state;
      this.#fill(this.tiles.get(sensor.name), sensor, state);
    }
    text(this.summary, unknown || this.#wrong() || `${this.last.length} connected`);
  }

  // What is wrong, in sentences; that of many sensors in one.
  #wrong() {
    const kinds = Map.groupBy(this.last.filter(s => s.message), s => s.state);
    return [...kinds].flatMap(([state, alike]) => {
      if (alike.length < MANY) return alike.map(s => s.message);
      return [`${alike.length === this.last.length ? "All" : alike.length} sensors: ${WORDS[state][0].toLowerCase()}.`];
    }).join(" ");
  }

  #build(sensors) {
    this.tiles.clear();
    this.list.replaceChildren(...sensors.map(sensor => {
      const tile = document.createElement("li");
      tile.dataset.sensor = sensor.segment;
      tile.innerHTML = '<h3></h3><p class="state"><i aria-hidden="true"></i><strong></strong></p><p class="quiet figures"></p>';
      this.tiles.set(sensor.name, tile);
      return tile;
    }));
  }

  #fill(tile, sensor, state) {
    const [words, mark] = WORDS[state] ?? [state, "?"], name = sensor.words[0].toUpperCase() + sensor.words.slice(1);
    tile.dataset.state = state;
    tile.dataset.level = level(state);
    text(tile.querySelector("h3"), name);
    text(tile.querySelector("i"), mark);
    text(tile.querySelector("strong"), words);
    const silent = BAD.has(state) && sensor.age_s !== null && sensor.age_s >= 1;
    text(tile.querySelector(".figures"), silent ? `last seen ${seconds(sensor.age_s)} ago` : `${number(sensor.rate_hz)} Hz \u00b7 ${number(sensor.lost_percent, 1)} % lost`);
    const more = Object.entries(sensor.counts).map(([what, count]) => `${COUNTS[what] ?? what}: ${count}`);
    tile.title = [sensor.message || `Sensor ${sensor.name}`, ...(sensor.jitter_ms === null ? [] : [`usual delay by the network: ${number(sensor.jitter_ms, 1)} ms`]), ...more].join("\n");
  }
}

// Segments with a sensor, and those whose sensor gives nothing.
export function worn(sensors) {
  return { known: new Set(sensors.map(s => s.segment)), bad: new Set(sensors.filter(s => BAD.has(s.state)).map(s => s.segment)) };
}
