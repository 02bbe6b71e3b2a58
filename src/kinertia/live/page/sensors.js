// One tile per sensor: how it is, in words as well as in colour.

import { number } from "./words.js";

const WORDS = {
  ok: ["Good", "\u2713"], held: ["Bridging a gap", "\u223c"], waiting: ["Waiting", "\u2026"], stale: ["Silent", "\u223c"], lost: ["Lost", "\u00d7"],
  frozen: ["Frozen", "!"], clipped: ["Over its range", "!"], rate: ["Wrong rate", "!"], clock: ["Clock unsure", "!"], unusable: ["No signal", "\u00d7"],
};
const BAD = new Set(["lost", "frozen", "unusable"]);
const level = state => (state === "ok" ? "good" : BAD.has(state) ? "poor" : "fair");

export class Sensors {
  constructor(list, summary) {
    this.list = list;
    this.summary = summary;
    this.tiles = new Map();
  }

  // sensors: as the server states them; held: segments for which older values stand in
  show(sensors, held) {
    if (sensors.map(s => s.name).join() !== [...this.tiles.keys()].join()) this.#build(sensors);
    for (const sensor of sensors) this.#fill(this.tiles.get(sensor.name), sensor, sensor.state === "ok" && held.includes(sensor.segment) ? "held" : sensor.state);
    const wrong = sensors.filter(s => s.message);
    const words = wrong.length === 0 ? `${sensors.length} connected` : wrong.map(s => s.message).join(". ");
    if (this.summary.textContent !== words) this.summary.textContent = words;
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
    const [words, mark] = WORDS[state] ?? [state, "?"];
    tile.dataset.state = state;
    tile.dataset.level = level(state);
    tile.querySelector("h3").textContent = sensor.words;
    tile.querySelector("i").textContent = mark;
    tile.querySelector("strong").textContent = words;
    tile.querySelector(".figures").textContent = `${number(sensor.rate_hz)} Hz \u00b7 ${number(sensor.lost_percent, 1)} % lost`;
    const more = Object.entries(sensor.counts).map(([name, count]) => `${name.replaceAll("_", " ")}: ${count}`);
    tile.title = [sensor.message || sensor.name, ...(sensor.jitter_ms === null ? [] : [`jitter: ${number(sensor.jitter_ms, 1)} ms`]), ...more].join("\n");
  }
}

// Segments with a sensor, and those whose sensor gives nothing.
export function worn(sensors) {
  return { known: new Set(sensors.map(s => s.segment)), bad: new Set(sensors.filter(s => BAD.has(s.state)).map(s => s.segment)) };
}
