// The socket to the server: opens it, opens it again after it broke, and pairs commands with their answers.

import { VERSION, decodeFrames } from "./message.js";

const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 8000;
const SILENCE_MS = 4000; // the server says something five times a second; silence means that the connection is dead
const ANSWER_MS = 5000;

export class Connection {
  // handlers: hello, frames, status, target (each with the message), lost(wait in ms), refused(words)
  constructor(handlers) {
    this.handlers = handlers;
    this.wait = FIRST_WAIT_MS;
    this.asked = new Map();
    this.next = 1;
    this.heard = 0;
    this.timer = null;
    setInterval(() => this.#watch(), 1000);
    window.addEventListener("online", () => this.retry());
  }

  open() {
    clearTimeout(this.timer);
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/socket`);
    socket.binaryType = "arraybuffer";
    socket.addEventListener("message", event => { if (socket === this.socket) this.#receive(event.data); });
    socket.addEventListener("close", () => { if (socket === this.socket) this.#lost(); });
    this.socket = socket;
    this.heard = performance.now();
  }

  retry() {
    if (this.socket && this.socket.readyState <= WebSocket.OPEN) return;
    this.open();
  }

  // Promise of {ok, words}.
  ask(command) {
    if (!this.socket || this.socket.readyState !== WebSocket.OPEN) return Promise.resolve({ ok: false, words: "There is no connection to kinertia now." });
    const id = this.next++;
    return new Promise(resolve => {
      this.asked.set(id, resolve);
      setTimeout(() => this.#answer({ id, ok: false, words: "No answer came from kinertia." }), ANSWER_MS);
      this.socket.send(JSON.stringify({ ...command, id }));
    });
  }

  #answer(reply) {
    this.asked.get(reply.id)?.(reply);
    this.asked.delete(reply.id);
  }

  #receive(data) {
    this.heard = performance.now();
    if (data instanceof ArrayBuffer) { this.handlers.frames(decodeFrames(data)); return; }
    const message = JSON.parse(data);
    if (message.type === "hello") {
      if (message.version !== VERSION) { this.#stop("This page is of another version of kinertia. Load it again."); return; }
      this.wait = FIRST_WAIT_MS;
      this.handlers.hello(message);
    } else if (message.type === "status") this.handlers.status(message);
    else if (message.type === "target") this.handlers.target(message);
    else if (message.type === "reply") this.#answer(message);
  }

  #watch() {
    const socket = this.socket;
    if (!socket || socket.readyState > WebSocket.OPEN || performance.now() - this.heard < SILENCE_MS) return;
    this.socket = null;
    socket.close();
    this.#lost();
  }

  #lost() {
    this.socket = null;
    for (const id of [...this.asked.keys()]) this.#answer({ id, ok: false, words: "The connection to kinertia broke." });
    this.handlers.lost(this.wait);
    // a little chance, so that many pages do not come back at the same moment
    this.timer = setTimeout(() => this.open(), this.wait * (0.8 + 0.4 * Math.random()));
    this.wait = Math.min(2 * this.wait, LONGEST_WAIT_MS);
  }

  #stop(words) {
    const socket = this.socket;
    this.socket = null;
    socket?.close();
    this.handlers.refused(words);
  }
}
