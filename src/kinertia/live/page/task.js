// A task beside the stream, as a strip of its own: what the wearer should do, how far it is, how long it takes yet, what came of it.

import { seconds } from "./words.js";

const CLOSE_MS = 8000;        // a task that went well and has nothing more to say goes away by itself

export class Task {
  // strip: the element; button: starts it, and tells its state; words: {idle, running} of the button; stop: gives it up
  constructor(strip, button, words, stop) {
    Object.assign(this, { strip, button, words });
    this.state = "";
    this.closed = true;
    this.end = strip.querySelector(".end");
    this.end.addEventListener("click", () => { if (this.state === "running") stop(); else this.close(); });
  }

  close() {
    this.closed = true;
    this.strip.hidden = true;
  }

  // progress: as the server states it; waits: whether the time left is that of waiting for the wearer
  show(progress, waits) {
    const { state, words } = progress, running = state === "running", said = `${state} ${words}`;
    if (state !== this.state || (state !== "running" && said !== this.said)) {
      clearTimeout(this.timer);
      // what was over before this page was opened is only worth telling where it taught something
      this.closed = state === "idle" || (state === "done" && !this.state && !progress.outcome.length);
      if (state === "done" && !progress.outcome.length) this.timer = setTimeout(() => this.close(), CLOSE_MS);
    }
    [this.state, this.said] = [state, said];
    this.strip.hidden = this.closed;
    this.strip.dataset.state = state;
    text(this.button, running ? this.words.running : this.words.idle);
    this.button.disabled = running;
    if (this.closed) return;
    const steps = [...this.strip.querySelectorAll("[data-step]")], at = steps.findIndex(step => step.dataset.step.split(" ").includes(progress.step));
    steps.forEach((step, i) => { step.dataset.state = state === "done" || i < at ? "done" : i > at ? "" : running ? "now" : "failed"; });
    text(this.strip.querySelector(".say"), words);
    this.strip.querySelector("progress").value = state === "done" ? 1 : progress.done;
    const part = `${Math.round(100 * progress.done)} %`, left = progress.left_s === null ? "" : seconds(progress.left_s + 0.5);
    text(this.strip.querySelector(".left"), !left ? part : waits ? `${part}, waits ${left} more` : `${part}, about ${left} left`);
    const more = progress.before ? [`The last try failed. ${progress.before}`] : progress.outcome, list = this.strip.querySelector(".more");
    if (list.dataset.said !== more.join("\n")) {
      list.dataset.said = more.join("\n");
      list.replaceChildren(...more.map(line => Object.assign(document.createElement("li"), { textContent: line })));
    }
    text(this.end, running ? "Stop" : "Close");
  }
}

export function text(element, words) { if (element.textContent !== words) element.textContent = words; }
