// Curves of the last seconds: three charts, each of an output that the user chooses, both legs in one.

import { digits, number, withUnit } from "./words.js";

const WANTED = ["knee_angle", "grf_y", "ankle_angle_moment"];
const USUAL = {  // what a chart shows at least, so that walking does not make its axis jump
  hip_flexion: [-20, 50], knee_angle: [-5, 75], ankle_angle: [-25, 25], pelvis_tilt: [-20, 20], lumbar_extension: [-20, 20],
  hip_flexion_moment: [-80, 80], knee_angle_moment: [-60, 80], ankle_angle_moment: [-130, 30], lumbar_extension_moment: [-60, 60],
  grf_x: [-0.3, 0.3], grf_y: [0, 1.25], pelvis_ty: [0.8, 1.0], speed: [0, 2], residual_x: [-0.2, 0.2], residual_y: [-0.2, 0.2], residual_moment: [-0.05, 0.05],
};
const PIXELS_PER_SECOND = 85;
const STORE = "kinertia.curves";
const VALUES_MS = 200;        // numbers that change faster cannot be read

export class Curves {
  // place: element that the charts are put in
  constructor(place) {
    this.place = place;
    this.charts = [];
    this.target = null;
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    scheme.addEventListener("change", () => this.#each(chart => chart.rebuild()));
    this.sizes = new ResizeObserver(() => this.#each(chart => chart.resize()));
  }

  #each(act) { this.charts.forEach(act); }

  // Columns of a (new) connection.
  describe(columns) {
    const groups = new Map();
    for (const column of columns.filter(c => c.label)) {
      if (!groups.has(column.quantity)) groups.set(column.quantity, []);
      groups.get(column.quantity).push(column);
    }
    for (const group of groups.values()) group.sort((a, b) => (a.side < b.side ? 1 : -1));  // right, then left
    const offered = [...groups.keys()].sort((a, b) => rank(a) - rank(b));
    if (this.offered && this.offered.join() === offered.join()) return;
    this.offered = offered;
    this.sizes.disconnect();
    this.place.replaceChildren();
    const chosen = remembered(offered);
    this.charts = chosen.map((quantity, i) => new Chart(this.place, groups, offered, quantity, chosen => this.#remember(i, chosen)));
    this.#each(chart => { chart.target = this.target; this.sizes.observe(chart.plotted); });
  }

  #remember(index, quantity) {
    const all = this.charts.map(chart => chart.quantity);
    all[index] = quantity;
    try { localStorage.setItem(STORE, JSON.stringify(all)); } catch { /* a private window forgets */ }
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

function rank(quantity) {
  const at = Object.keys(USUAL).indexOf(quantity);
  return at < 0 ? 99 : at;
}

function remembered(offered) {
  let stored = [];
  try { stored = JSON.parse(localStorage.getItem(STORE) ?? "[]"); } catch { /* nothing usable is stored */ }
  if (!Array.isArray(stored)) stored = [];
  return WANTED.map((wanted, i) => [stored[i], wanted, offered[i]].find(q => offered.includes(q))).filter(Boolean);
}

class Chart {
  constructor(place, groups, offered, quantity, remember) {
    this.groups = groups;
    this.remember = remember;
    this.target = null;
    this.shown = 0;
    const card = document.createElement("article");
    card.className = "chart card";
    card.innerHTML = '<header><select aria-label="Output of this chart"></select><span class="unit"></span><ul class="legend"></ul></header><div class="plot"></div>';
    this.card = card;
    this.select = card.querySelector("select");
    this.plotted = card.querySelector(".plot");
    this.legend = card.querySelector(".legend");
    for (const name of offered) this.select.add(new Option(groups.get(name)[0].label, name));
    this.select.addEventListener("change", () => { this.choose(this.select.value); this.remember(this.quantity); });
    place.append(card);
    this.choose(quantity);
  }

  get columns() { return this.groups.get(this.quantity); }

  choose(quantity) {
    this.quantity = this.select.value = quantity;
    this.range = null;
    const [first] = this.columns;
    this.card.querySelector(".unit").textContent = first.unit === "\u00b0" ? "degrees" : first.unit;
    this.legend.replaceChildren(...this.columns.map(column => {
      const entry = document.createElement("li");
      entry.className = column.side || "body";
      entry.innerHTML = '<abbr class="short"></abbr><span class="long"></span> <output></output>';
      entry.querySelector(".short").textContent = column.side.slice(0, 1).toUpperCase();
      entry.querySelector(".long").textContent = column.side.slice(0, 1).toUpperCase() + column.side.slice(1);
      entry.querySelector("abbr").title = column.side;
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
        { ...axis, size: 24, gap: 4, values: (_, at) => at.map(s => (s === 0 ? "now" : `${number(s)} s`)), space: 70, grid: { show: false } },
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

  #size() { return { width: Math.max(120, this.plotted.clientWidth), height: Math.max(90, this.plotted.clientHeight) }; }

  resize() {
    const size = this.#size();
    if (size.width !== this.plot.width || size.height !== this.plot.height) this.plot.setSize(size);
  }

  // The usual range, wider where the curve or the band is; it grows at once and shrinks slowly.
  #reach(low, high) {
    const usual = USUAL[this.quantity] ?? [low ?? 0, high ?? 1], band = this.#edges();
    const wanted = [Math.min(usual[0], low ?? 0, ...band), Math.max(usual[1], high ?? 0, ...band)];
    const before = this.range ?? wanted;
    this.range = [
      Math.min(wanted[0], before[0] + 0.02 * (wanted[0] - before[0])),
      Math.max(wanted[1], before[1] + 0.02 * (wanted[1] - before[1])),
    ];
    const margin = 0.04 * (this.range[1] - this.range[0]);
    return [this.range[0] - (this.range[0] < 0 ? margin : 0), this.range[1] + margin];
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
    this.plot.setData(history.window(this.columns.map(c => c.name), this.#seconds()));
    const now = performance.now();
    if (now - this.shown < VALUES_MS) return;
    this.shown = now;
    this.columns.forEach((column, i) => {
      const value = history.at(column.name) * column.scale;
      this.legend.children[i].lastChild.textContent = column.unit === "\u00b0" ? withUnit(value, column.unit) : number(value, digits(column.unit));
    });
  }
}
