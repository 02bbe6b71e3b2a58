// What the page asks of the session: calibration, adaptation, recording; and what it says of itself.

import { seconds } from "./words.js";

const $ = id => document.getElementById(id);
const NOTICE_MS = 7000;
const KEPT = 3;

export class Session {
  constructor(ask) {
    this.ask = ask;
    this.noticed = null;
    this.state = null;
    const order = command => async () => { const reply = await ask({ do: command }); if (!reply.ok) this.notice("warning", `Not done: ${reply.words}.`); };
    $("calibrate").addEventListener("click", () => $("calibration").showModal());
    $("calibrate-go").addEventListener("click", () => order(this.state?.calibration.state === "running" ? "stop_calibration" : "start_calibration")());
    $("adapt").addEventListener("click", () => order(this.state?.adaptation?.state === "running" ? "stop_adaptation" : "start_adaptation")());
    $("record").addEventListener("click", () => order(this.state?.recording.on ? "stop_recording" : "start_recording")());
  }

  show(state) {
    this.state = state;
    this.#calibration(state.calibration);
    this.#adaptation(state.adaptation);
    this.#recording(state.recording);
    const last = state.notices.at(-1)?.number ?? 0;
    // what was said before this page was opened, or by a server that has gone, is no news
    if (this.noticed === null || last < this.noticed) this.noticed = last;
    for (const notice of state.notices.filter(n => n.number > this.noticed)) this.notice(notice.level, notice.words);
    this.noticed = last;
  }

  #calibration(progress) {
    const running = progress.state === "running", steps = [...$("calibration").querySelectorAll("[data-step]")];
    const now = progress.state === "done" ? steps.length : steps.findIndex(step => step.dataset.step === progress.step);
    steps.forEach((step, i) => { step.dataset.state = !running && progress.state !== "done" ? "" : i < now ? "done" : i === now ? "now" : ""; });
    $("calibration-done").value = progress.state === "done" ? 1 : progress.done;
    text($("calibration-words"), progress.words);
    $("calibration-words").dataset.level = progress.state;
    text($("calibrate-go"), running ? "Stop" : progress.state === "idle" ? "Start" : "Start again");
    text($("calibrate"), running ? `Calibrating ${Math.round(100 * progress.done)} %` : "Calibrate");
  }

  #adaptation(progress) {
    document.querySelector(".adapting").hidden = progress === null;
    if (progress === null) return;
    const running = progress.state === "running";
    $("adaptation-done").value = progress.state === "done" ? 1 : progress.done;
    text($("adaptation-words"), progress.words);
    $("adaptation-words").dataset.level = progress.state;
    text($("adapt"), running ? "Stop" : progress.state === "idle" ? "Adapt" : "Adapt again");
  }

  #recording(recording) {
    const button = $("record");
    button.setAttribute("aria-pressed", String(recording.on));
    text(button.querySelector("span"), recording.on ? `Stop \u00b7 ${seconds(recording.seconds)}` : "Record");
    button.title = recording.file + (recording.problem ? `\n${recording.problem}` : "");
  }

  notice(level, words) {
    const place = $("notices"), note = document.createElement("p");
    note.className = `notice ${level}`;
    note.textContent = words;
    place.append(note);
    while (place.children.length > KEPT) place.firstChild.remove();
    setTimeout(() => note.remove(), NOTICE_MS);
  }
}

function text(element, words) { if (element.textContent !== words) element.textContent = words; }
