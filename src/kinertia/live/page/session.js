// What the page asks of the session: calibration, adapting, recording; and what it says of itself.

import { Task, text } from "./task.js";
import { seconds } from "./words.js";

const $ = id => document.getElementById(id);
const NOTICE_MS = 7000;
const KEPT = 3;

export class Session {
  constructor(ask) {
    this.noticed = null;
    this.state = null;
    const order = async command => { const reply = await ask({ do: command }); if (!reply.ok) this.notice("warning", reply.words); };
    this.calibration = new Task($("calibration"), $("calibrate"), { idle: "Calibrate", running: "Calibrating" }, () => order("stop_calibration"));
    this.adaptation = new Task($("adaptation"), $("adapt"), { idle: "Adapt", running: "Adapting" }, () => order("stop_adaptation"));
    $("calibrate").addEventListener("click", () => order("start_calibration"));
    $("adapt").addEventListener("click", () => {
      const why = this.#unready();
      if (why) this.notice("warning", `The model cannot be adapted now: ${why}.`);
      else order("start_adaptation");
    });
    $("record").addEventListener("click", () => order(this.state?.recording.on ? "stop_recording" : "start_recording"));
  }

  show(state) {
    this.state = state;
    this.calibration.show(state.calibration, true);
    this.adaptation.show(state.adaptation, false);
    const why = this.#unready();
    $("adapt").classList.toggle("off", Boolean(why));
    $("adapt").title = why ? `Not now: ${why}` : "Fit the model to this wearer: walk as usual, without labels";
    for (const button of ["calibrate", "adapt"]) $(button).disabled ||= Boolean(state.ended);
    $("record").disabled = Boolean(state.ended) && !state.recording.on;
    $("calibrate").classList.toggle("main", !state.aligned && !state.ended);
    this.#recording(state.recording);
    const last = state.notices.at(-1)?.number ?? 0;
    // what was said before this page was opened, or by a server that has gone, is no news
    if (this.noticed === null || last < this.noticed) this.noticed = last;
    for (const notice of state.notices.filter(n => n.number > this.noticed)) this.notice(notice.level, notice.words);
    this.noticed = last;
  }

  // Why adapting cannot begin; empty when it can.
  #unready() {
    if (!this.state) return "there is no connection";
    return this.state.not_adaptable || (this.state.aligned ? "" : "how the sensors sit is not known yet; calibrate first");
  }

  #recording(recording) {
    const button = $("record");
    button.setAttribute("aria-pressed", String(recording.on));
    text(button.querySelector("span"), recording.on ? `Stop \u00b7 ${seconds(recording.seconds)}` : "Record");
    button.title = [recording.file || "Write what comes in to a file", recording.problem].filter(Boolean).join("\n");
  }

  notice(level, words) {
    const place = $("notices"), note = document.createElement("p");
    note.className = `notice ${level}`;
    note.textContent = words;
    note.addEventListener("click", () => note.remove());
    place.append(note);
    while (place.children.length > KEPT) place.firstChild.remove();
    setTimeout(() => note.remove(), NOTICE_MS);
  }
}
