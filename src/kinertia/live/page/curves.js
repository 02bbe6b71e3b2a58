// Curves of the last seconds: three charts, each of an output that the user chooses, both legs in one.

import { asShown, digits, number, withUnit } from "./words.js";

const WANTED = ["knee_angle", "grf_y", "ankle_angle_moment"];
const USUAL = {  // what a chart shows at least, so that walking does not make its axis jump; knee flexion is negative here
  hip_flexion: [-20, 50], knee_angle: [-75, 5], ankle_angle: [-25, 25], pelvis_tilt: [-20, 20], lumbar_extension: [-20, 20],
  hip_flexion_moment: [-80, 80], knee_angle_moment: [-60, 80], ankle_angle_moment: [-130, 30], lumbar_extension_moment: [-60, 60],
  grf_x: [-0.3, 0.3], grf_y: [0, 1.25], pelvis_ty: [0.8, 1.0], speed: [0, 2], residual_x: [-0.2, 0.2], residual_y: [-0.2, 0.2], residual_moment: [-0.05, 0.05],
};
const PIXELS_PER_SECOND = 85;
const STORE = "kinertia.curves", SIGN = "kinertia.knee";
const UNITS = { "\u00b0": "degrees", BW: "body weights", BWBH: "body weights times body heights", "N m": "newton metres", "m/s": "metres per second", m: "metres" };
const VALUES_MS = 200;        // numbers that change faster cannot be read

export class Curves {
  // place: element that the charts are put in
  constructor(place) {
    this.place = place;
    this.charts = [];
    this.target = null;
    this.changed = () => {};  // called with the columns as they are shown, when they or the choice of them have changed
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    scheme.addEventListener("change", () => { this.#each(chart => chart.rebuild()); this.changed(this.columns); });
    this.sizes = new ResizeObserver(() => this.#each(chart => chart.resize()));
  }

  #each(act) { this.charts.forEach(act); }

  // Columns of a (new) connection.
  describe(columns) {
    const other = stored(sessionStorage, SIGN);
    this.columns = columns.some(c => c.other && c.other === other) ? columns.map(opposite) : columns;
    const groups = new Map();
    for (const column of this.columns.filter(c => c.label)) {
      if (!groups.has(column.quantity)) groups.set(column.quantity, []);
      groups.get(column.quantity).push(column);
    }
    for (const group of groups.values()) group.sort((a, b) => (a.side < b.side ? 1 : -1));  // right, then left
    const offered = [...groups.keys()].sort((a, b) => rank(a) - rank(b)), labels = [...groups.values()].map(([c]) => c.label).join();
    if (this.labels !== labels) {
      this.labels = labels;
      this.sizes.disconnect();
      this.place.replaceChildren();
      const hear = { chosen: () => this.#remember(), flipped: () => this.#flip() };
      this.charts = remembered(offered).map(quantity => new Chart(this.place, groups, offered, quantity, hear));
      this.#each(chart => { chart.target = this.target; this.sizes.observe(chart.plotted); });
    }
    this.changed(this.columns);
  }

  // Count the other way at the knee, its angle and its moment; until the page is closed.
  #flip() {
    store(sessionStorage, SIGN, this.columns.find(c => c.other).other);
    this.describe(this.columns);
  }

  #remember() {
    store(localStorage, STORE, this.charts.map(chart => chart.quantity));
    this.changed(this.columns);
  }

  // Show the target's band; bring its output to a chart when `focus`.
  aim(target, focus) {
    this.target = target;
    if (target && focus && this.charts.length && !this.charts.some(c => c.columns.some(k => k.name === target.output))) {
      const [quantity] = [...this.charts[0].groups].find(([, group]) => group.some(c => c.name === target.output)) ?? [];
      if (quantity) this.charts[0].choose(quantity);
    }
    this.#each(chart => { chart.target = target; });
  }

  draw(history) { this.#each(chart => chart.draw(history)); }
}

function opposite(column) {
  return column.other ? { ...column, label: column.other, other: column.label, scale: -column.scale } : column;
}

function rank(quantity) {
  const at = Object.keys(USUAL).indexOf(quantity);
  return at < 0 ? 99 : at;
}

function remembered(offered) {
  const before = stored(localStorage, STORE), chosen = Array.isArray(before) ? before : [];
  return WANTED.map((wanted, i) => [chosen[i], wanted, offered[i]].find(q => offered.includes(q))).filter(Boolean);
}

function stored(place, name) {
  try { return JSON.parse(place.getItem(name)); } catch { return null; /* nothing usable is stored */ }
}

function store(place, name, value) {
  try { place.setItem(name, JSON.stringify(value)); } catch { /* a private window forgets */ }
}

class Chart {
  constructor(place, groups, offered, quantity, hear) {
    this.groups = groups;
    this.target = null;
    this.shown = 0;
    const card = document.createElement("article");
    card.className = "chart card";
    card.innerHTML = '<header><select aria-label="Output of this chart"></select><span class="unit"></span><button type="button" class="flip" aria-label="Count the other way at the knee">\u00b1</button><ul class="legend"></ul></header><div class="plot"></div>';
    this.card = card;
    this.select = card.querySelector("select");
    this.plotted = card.querySelector(".plot");
    this.legend = card.querySelector(".legend");
    for (const name of offered) this.select.add(new Option(groups.get(name)[0].label, name));
    this.select.addEventListener("change", () => { this.choose(this.select.value); hear.chosen(); });
    card.querySelector(".flip").addEventListener("click", hear.flipped);
    place.append(card);
    this.choose(quantity);
  }

  get columns() { return this.groups.get(this.quantity); }

  choose(quantity) {
    this.quantity = this.select.value = quantity;
    this.range = null;
    const [first] = this.columns;
    const unit = this.card.querySelector(".unit"), flip = this.card.querySelector(".flip");
    unit.textContent = first.unit === "\u00b0" ? "degrees" : first.unit;
    unit.classList.toggle("plain", first.unit === "\u00b0");  // every figure carries it
    unit.title = UNITS[first.unit] ?? "";
    flip.hidden = !first.other;
    flip.title = `Show ${first.other} instead`;
    this.legend.replaceChildren(...this.columns.map(column => {
      const entry = document.createElement("li");
      entry.className = column.side || "body";
      entry.innerHTML = "<span></span> <output></output>";
      entry.firstChild.textContent = column.side.slice(0, 1).toUpperCase() + column.side.slice(1);
      return entry;
    }));
    this.rebuild();
  }

  rebuild() {
    this.plot?.destroy();
    const style = getComputedStyle(document.documentElement), colour = name => style.getPropertyValue("--" + name).trim();
    const axis = { stroke: colour("quiet"), font: "11px system-ui, sans-serif", grid: { stroke: colour("grid"), width: 1 }, ticks: { show: false } };
    const { unit } = this.columns[0];
    const options = {
      ...this.#size(),
      legend: { show: false },
      cursor: { show: false },
      padding: [10, 14, 0, 0],
      scales: { x: { time: false, range: () => [-this.#seconds(), 0] }, y: { range: (_, low, high) => this.#reach(low, high) } },
      axes: [
        { ...axis, size: 26, gap: 7, values: (_, at) => at.map(s => (s === 0 ? "now" : `${number(s)} s`)), space: 70, grid: { show: false } },
        { ...axis, size: unit === "\u00b0" ? 44 : 58, gap: 6, space: 24, values: (_, at) => this.#ticks(at, unit) },
      ],
      series: [{}, ...this.columns.map(c => ({ stroke: colour(c.side || "body"), width: 2, points: { show: false }, pxAlign: 0, spanGaps: false }))],
      hooks: { drawClear: [plot => this.#band(plot, colour)] },
    };
    this.plot = new window.uPlot(options, [[], ...this.columns.map(() => [])], this.plotted);
  }

  #ticks(at, unit) {
    const step = at.length > 1 ? at[1] - at[0] : 1;
    const places = [0, 1, 2, 3].find(p => Math.abs(step * 10 ** p - Math.round(step * 10 ** p)) < 1e-6) ?? 4;
    return at.map((v, i) => (unit === "\u00b0" ? number(v) + unit : number(v, places) + (i === at.length - 1 ? ` ${unit}` : "")));
  }

  #seconds() { return Math.min(9, Math.max(3, Math.round(this.plotted.clientWidth / PIXELS_PER_SECOND))); }

  #size() { return { width: Math.max(120, this.plotted.clientWidth), height: Math.max(56, this.plotted.clientHeight) }; }

  resize() {
    const size = this.#size();
    if (size.width !== this.plot.width || size.height !== this.plot.height) this.plot.setSize(size);
  }

  // The usual range, wider where the curve or the band is; it grows at once and shrinks slowly.
  #reach(low, high) {
    const usual = asShown(USUAL[this.quantity] ?? [low ?? 0, high ?? 1], this.columns[0]), band = this.#edges();
    const wanted = [Math.min(usual[0], low ?? 0, ...band), Math.max(usual[1], high ?? 0, ...band)];
    const before = this.range ?? wanted;
    this.range = [
      Math.min(wanted[0], before[0] + 0.02 * (wanted[0] - before[0])),
      Math.max(wanted[1], before[1] + 0.02 * (wanted[1] - before[1])),
    ];
    const margin = 0.04 * (this.range[1] - this.range[0]);
    return [this.range[0] - margin, this.range[1] + margin];
  }

  // The target's band in this chart's unit, empty when it is on another output.
  #edges() {
    const column = this.target && this.columns.find(c => c.name === this.target.output);
    return column ? [this.target.low * column.scale, this.target.high * column.scale].sort((a, b) => a - b) : [];
  }

  #band(plot, colour) {
    const [low, high] = this.#edges();
    if (low === undefined) return;
    const { ctx: pen, bbox } = plot, top = plot.valToPos(high, "y", true), bottom = plot.valToPos(low, "y", true);
    pen.save();
    pen.fillStyle = pen.strokeStyle = colour("good");
    pen.globalAlpha = 0.16;
    pen.fillRect(bbox.left, top, bbox.width, bottom - top);
    pen.globalAlpha = 0.8;
    pen.lineWidth = devicePixelRatio;
    for (const y of [top, bottom]) { pen.beginPath(); pen.moveTo(bbox.left, y); pen.lineTo(bbox.left + bbox.width, y); pen.stroke(); }
    pen.restore();
  }

  draw(history) {
    this.plot.setData(history.window(this.columns, this.#seconds()));
    const now = performance.now();
    if (now - this.shown < VALUES_MS) return;
    this.shown = now;
    this.columns.forEach((column, i) => {
      const value = history.at(column.name) * column.scale;
      this.legend.children[i].lastChild.textContent = column.unit === "\u00b0" ? withUnit(value, column.unit) : number(value, digits(column.unit));
    });
  }
}
