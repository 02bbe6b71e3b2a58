// The target band: choosing it, and showing how it goes.

import { Sound } from "./sound.js";
import { asShown, digits, number, outputName, withUnit } from "./words.js";

const VERDICTS = { in: ["In the band", "\u2713"], above: ["Above", "\u25b2"], below: ["Below", "\u25bc"], waiting: ["Waiting", "\u2026"] };
const FIRST = "knee_angle_r";
const BANDS = { knee_angle: [-65, -55], hip_flexion: [25, 35], ankle_angle: [5, 15], grf_y: [0.9, 1.15], speed: [1.2, 1.4] };
const SHOWN = 8;
const OTHER_WAY = { above: "below", below: "above" };
const PHASES = { stride: "of each stride", stance: "of each stance", swing: "of each swing" };

export class Target {
  // ask: sends a command, gives a promise of the answer; changed(target, set by this page): the band to draw
  constructor(card, dialog, ask, changed) {
    Object.assign(this, { card, dialog, ask, changed });
    this.form = dialog.querySelector("form");
    this.sound = new Sound();
    this.columns = new Map();
    this.count = 0;
    this.here = false;
    const on = (selector, event, act) => card.querySelector(selector).addEventListener(event, act);
    on(".sound", "click", () => this.#toggleSound());
    on(".change", "click", () => this.open());
    on(".remove", "click", () => this.ask({ do: "clear_target" }));
    this.form.output.addEventListener("change", () => this.#suggest());
    this.form.measure.addEventListener("change", () => this.#hint());
    this.form.addEventListener("submit", event => { if (event.submitter?.value !== "close") { event.preventDefault(); this.#set(); } });
    dialog.querySelector("#aim-go").addEventListener("click", () => this.#set());
  }

  describe(columns) {
    this.columns = new Map(columns.filter(c => c.label).map(c => [c.name, c]));
    const before = this.form.output.value;
    this.form.output.replaceChildren(...[...this.columns.values()].map(c => new Option(outputName(c), c.name)));
    this.form.output.value = this.columns.has(before) ? before : FIRST;
    if (this.message) this.show(this.message);
  }

  open() {
    if (this.target) this.#fill(this.target);
    else this.#suggest();
    this.#wrong("");
    this.dialog.showModal();
  }

  get #column() { return this.columns.get(this.form.output.value); }

  #suggest() {
    const column = this.#column, band = BANDS[column?.quantity];
    [this.form.low.value, this.form.high.value] = band ? asShown(band, column) : ["", ""];
    // most flexion is lowest where flexion is negative
    if (this.form.measure.value !== "value") this.form.measure.value = column?.quantity === "knee_angle" && column.scale > 0 ? "trough" : "peak";
    this.#hint();
  }

  #fill(target) {
    const column = this.columns.get(target.output);
    this.form.output.value = target.output;
    const flipped = column.scale < 0;
    this.form.measure.value = target.measure === "value" ? "value" : (target.measure === "highest") !== flipped ? "peak" : "trough";
    this.form.phase.value = target.phase ?? "stride";
    const band = [target.low * column.scale, target.high * column.scale].sort((a, b) => a - b);
    [this.form.low.value, this.form.high.value] = band.map(v => Number(v.toFixed(digits(column.unit) + 1)));
    this.#hint();
  }

  #hint() {
    const column = this.#column;
    if (!column) return;
    for (const unit of this.form.querySelectorAll(".number i")) unit.textContent = column.unit;
    const once = this.form.measure.value !== "value";
    this.dialog.querySelector(".hint").textContent = once
      ? "Judged once per stride, as soon as the stride is over."
      : "Judged at every moment of the chosen part of the stride.";
  }

  #wrong(words) { this.dialog.querySelector(".wrong").textContent = words; }

  async #set() {
    const { form } = this, column = this.#column, [low, high] = [form.low.valueAsNumber, form.high.valueAsNumber];
    if (!(low < high)) { this.#wrong("Give two numbers, the smaller one first."); return; }
    const flipped = column.scale < 0, [a, b] = [low / column.scale, high / column.scale].sort((x, y) => x - y);
    const measure = form.measure.value === "value" ? "value" : (form.measure.value === "peak") !== flipped ? "highest" : "lowest";
    this.here = true;
    const reply = await this.ask({ do: "set_target", target: { output: column.name, measure, phase: form.phase.value, low: a, high: b } });
    if (reply.ok) this.dialog.close();
    else { this.here = false; this.#wrong(reply.words); }
  }

  #toggleSound() {
    const on = this.sound.toggle(), button = this.card.querySelector(".sound");
    button.setAttribute("aria-pressed", String(on));
    button.textContent = on ? "Sound on" : "Sound off";
  }

  // A message of the server.
  show(message) {
    this.message = message;
    const { target } = message, column = target && this.columns.get(target.output);
    const known = JSON.stringify(target) === JSON.stringify(this.target);
    this.target = column ? target : null;
    this.card.hidden = !column;
    if (!known) { this.changed(this.target, this.here); this.here = false; this.count = message.count; }
    if (!column) return;
    const part = selector => this.card.querySelector(selector), continuous = target.measure === "value";
    // an output that is shown with the other sign is above where the server's is below
    const flipped = column.scale < 0, seen = verdict => (flipped && OTHER_WAY[verdict]) || verdict;
    const verdict = seen(message.verdict), [words, mark] = VERDICTS[verdict];
    this.card.dataset.verdict = verdict;
    part(".mark").textContent = mark;
    if (part(".verdict").textContent !== words) part(".verdict").textContent = words;
    const [low, high] = [target.low * column.scale, target.high * column.scale].sort((a, b) => a - b);
    const most = (target.measure === "highest") !== flipped ? "highest" : "lowest";
    const when = continuous ? "" : `, ${most} ${PHASES[target.phase ?? "stride"]}`;
    part(".asked").textContent = `${outputName(column)}${when}: ${number(low, digits(column.unit))} to ${withUnit(high, column.unit)}`;
    part("output").textContent = message.value === null ? "\u2013" : withUnit(message.value * column.scale, column.unit);
    this.#score(message, continuous, seen);
    if (continuous || message.count !== this.count) this.sound.cue(verdict);
    this.count = message.count;
  }

  #score(message, continuous, seen) {
    const dots = this.card.querySelector(".strides"), said = this.card.querySelector(".score p");
    dots.replaceChildren(...message.recent.slice(-SHOWN).map(verdict => {
      const dot = document.createElement("i");
      dot.dataset.verdict = seen(verdict);
      return dot;
    }));
    if (!message.count) said.textContent = continuous ? "Nothing is judged yet." : "No stride is judged yet.";
    else if (continuous) said.textContent = `${number(100 * message.hits / message.count)} % of the time in the band`;
    else said.textContent = `${message.hits} of ${message.count} strides in the band`;
  }
}
