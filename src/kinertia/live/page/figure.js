// The moving stick figure with ground reaction at the centre of pressure.

import { drawLacks, drawMuscles, mark, muscular, widthOf } from "./muscles.js";
import { number } from "./words.js";

const LEG = side => {
  const s = side[0], [knee, ankle, heel, toe] = ["knee", "ankle", "heel", "toe"].map(point => `${point}_${s}`);
  return [["hip", knee, side, `femur_${s}`], [knee, ankle, side, `tibia_${s}`], ...[[ankle, heel], [heel, toe], [ankle, toe]].map(ends => [...ends, side, `foot_${s}`])];
};
const BONES = [...LEG("left"), ["head", "hip", "body", "pelvis"], ...LEG("right")];  // the right leg is nearer to the viewer
const MOUNTS = {
  pelvis: ["hip", "head", 0.12], femur_r: ["hip", "knee_r", 0.5], tibia_r: ["knee_r", "ankle_r", 0.5], foot_r: ["ankle_r", "toe_r", 0.55],
  femur_l: ["hip", "knee_l", 0.5], tibia_l: ["knee_l", "ankle_l", 0.5], foot_l: ["ankle_l", "toe_l", 0.55],
};
const ARROW_M = 0.55;         // length of one body weight
const HEAD_M = 0.105;
const LEAST_BW = 0.03;        // smaller forces are no contact
const TRAIL_S = 0.6;

export class Figure {
  constructor(canvas) {
    this.canvas = canvas;
    this.top = 1.9;           // what has to fit in above the ground [m]
    this.colours = null;
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { this.colours = null; });
  }

  #colour(name) {
    if (this.colours === null) {
      const style = getComputedStyle(document.documentElement);
      const names = ["ink", "quiet", "edge", "ground", "card", "right", "left", "body", "force", "poor", "muscle", "rest"];
      this.colours = Object.fromEntries(names.map(n => [n, style.getPropertyValue("--" + n).trim()]));
    }
    return this.colours[name];
  }

  // Height of the wearer [m]: the scale follows from it alone, so that the figure keeps its size while it moves.
  tall(height) { this.top = 1.06 * height; }

  // The canvas gets its size here, together with its picture: no layout ever stretches what was drawn for another one.
  #prepare() {
    const { canvas } = this, ratio = window.devicePixelRatio || 1;
    const width = canvas.parentElement.clientWidth, height = canvas.parentElement.clientHeight;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
      Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
    }
    const pen = canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    pen.lineCap = pen.lineJoin = "round";
    pen.font = "12px system-ui, sans-serif";
    return [pen, width, height];
  }

  // history: the frames; lost: set of segments whose sensors do not deliver. True when there was a pose to draw.
  draw(history, lost) {
    const [pen, width, height] = this.#prepare();
    const point = (name, back = 0) => [history.at(`${name}_x`, back), history.at(`${name}_y`, back)];
    const head = point("head"), known = Number.isFinite(head[1]);
    const scale = Math.max(Math.min((height - 44) / this.top, (width - 24) / 1.5), 20);
    const middle = width / 2, floor = height - 40;
    const px = metres => middle + metres * scale, py = metres => floor - metres * scale;
    const along = history.at("pelvis_tx");
    this.#ground(pen, width, floor, scale, Number.isFinite(along) ? along : 0);
    if (!known) return false;

    this.#trails(pen, history, px, py, along);
    const shown = muscular(history);
    for (const [a, b, side, segment] of BONES) {
      if (shown && side === "body") this.#muscles(pen, history, "l", point, px, py, scale);  // the left leg is behind the body
      const from = a === "head" ? neck(head, point("hip")) : point(a), to = point(b);
      if (![...from, ...to].every(Number.isFinite)) continue;
      const gone = lost.bad.has(segment);
      pen.strokeStyle = this.#colour(gone ? "quiet" : side);
      pen.lineWidth = (side === "body" ? 0.05 : 0.038) * scale;
      pen.setLineDash(gone ? [0.02 * scale, 0.06 * scale] : []);
      line(pen, px(from[0]), py(from[1]), px(to[0]), py(to[1]));
    }
    pen.setLineDash([]);
    const centre = neck(head, point("hip"));
    pen.fillStyle = this.#colour("body");
    pen.beginPath();
    pen.arc(px(centre[0]), py(centre[1]), HEAD_M * scale, 0, 2 * Math.PI);
    pen.fill();
    if (shown) this.#muscles(pen, history, "r", point, px, py, scale);
    this.#mounts(pen, point, lost, px, py, scale);
    for (const side of ["l", "r"]) this.#force(pen, history, side, px, py, scale);
    this.#key(pen, width, scale, shown, drawLacks(pen, history, point, px, py, scale));
    return true;
  }

  #muscles(pen, history, s, point, px, py, scale) {
    drawMuscles(pen, history, s, point, px, py, scale, active => this.#activation(active));
  }

  #activation(active) {
    return `color-mix(in oklab, ${this.#colour("muscle")} ${Math.round(100 * Math.sqrt(Math.min(Math.max(active, 0), 1)))}%, ${this.#colour("rest")})`;
  }

  #ground(pen, width, floor, scale, along) {
    pen.fillStyle = this.#colour("ground");
    pen.fillRect(0, floor, width, 40);
    pen.strokeStyle = this.#colour("quiet");
    pen.lineWidth = 1.5;
    line(pen, 0, floor, width, floor);
    pen.fillStyle = this.#colour("quiet");
    pen.textAlign = "center";
    pen.lineWidth = 1;
    const reach = width / 2 / scale;
    for (let mark = Math.ceil((along - reach) * 2) / 2; mark <= along + reach; mark += 0.5) {
      const x = width / 2 + (mark - along) * scale, metre = Number.isInteger(mark);
      line(pen, x, floor, x, floor + (metre ? 9 : 5));
      if (metre && x > 18 && x < width - 18) pen.fillText(`${number(mark)} m`, x, floor + 24);
    }
  }

  // Where the toes went a moment ago: makes steps visible in a still picture.
  #trails(pen, history, px, py, along) {
    const rows = Math.min(history.length, Math.round(TRAIL_S * history.rate));
    pen.lineWidth = 2;
    for (const [name, side] of [["ankle_l", "left"], ["ankle_r", "right"]]) {
      pen.strokeStyle = this.#colour(side);
      pen.globalAlpha = 0.22;
      pen.beginPath();
      for (let back = rows - 1; back >= 0; back -= 2) {
        const x = history.at(`${name}_x`, back) + history.at("pelvis_tx", back) - along, y = history.at(`${name}_y`, back);
        if (Number.isFinite(x) && Number.isFinite(y)) pen.lineTo(px(x), py(y));
      }
      pen.stroke();
    }
    pen.globalAlpha = 1;
  }

  #mounts(pen, point, lost, px, py, scale) {
    for (const [segment, [a, b, part]] of Object.entries(MOUNTS)) {
      if (!lost.known.has(segment)) continue;
      const from = point(a), to = point(b);
      const x = px(from[0] + part * (to[0] - from[0])), y = py(from[1] + part * (to[1] - from[1]));
      if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
      const bad = lost.bad.has(segment), size = bad ? Math.max(0.05 * scale, 9) : 0.014 * scale;
      pen.fillStyle = bad ? this.#colour("poor") : this.#colour("card");
      pen.beginPath();
      pen.arc(x, y, size, 0, 2 * Math.PI);
      pen.fill();
      if (!bad) continue;
      pen.strokeStyle = this.#colour("card");
      pen.lineWidth = Math.max(2, 0.012 * scale);
      line(pen, x - size / 2, y - size / 2, x + size / 2, y + size / 2);
      line(pen, x - size / 2, y + size / 2, x + size / 2, y - size / 2);
    }
  }

  #force(pen, history, side, px, py, scale) {
    const at = history.at(`cop_x_${side}`), x = history.at(`grf_x_${side}`), y = history.at(`grf_y_${side}`);
    if (![at, x, y].every(Number.isFinite) || Math.hypot(x, y) < LEAST_BW) return;
    const length = ARROW_M * scale, ends = [px(at), py(0), px(at) + x * length, py(0) - y * length];
    pen.strokeStyle = this.#colour("card");  // an edge, so that the arrow stands out from the leg behind it
    pen.lineWidth = 8;
    line(pen, ...ends);
    pen.strokeStyle = pen.fillStyle = this.#colour("force");
    arrow(pen, ...ends, 3.5);
  }

  #key(pen, width, scale, shown, lacking) {
    const length = ARROW_M * scale * 0.5;
    pen.strokeStyle = pen.fillStyle = this.#colour("force");
    arrow(pen, width - 22, 18 + length, width - 22, 18, 2.5);
    pen.fillStyle = this.#colour("quiet");
    pen.textAlign = "right";
    pen.fillText("\u00bd body weight", width - 34, 24);
    for (const [row, side] of ["right", "left"].entries()) {
      const y = 44 + 18 * row;
      pen.fillStyle = this.#colour("quiet");
      pen.fillText(`${side} leg`, width - 50, y + 4);
      pen.strokeStyle = this.#colour(side);
      pen.lineWidth = 5;
      line(pen, width - 42, y, width - 34, y);
    }
    if (!shown) return;
    pen.textAlign = "left";
    for (const [row, part] of [0, 0.25, 1].entries()) {
      pen.strokeStyle = this.#activation(part);
      pen.lineWidth = widthOf(part) * scale;
      line(pen, 18 + 14 * row, 22, 26 + 14 * row, 22);
    }
    pen.fillStyle = this.#colour("quiet");
    pen.fillText("muscles", 68, 26);
    if (!lacking) return;
    mark(pen, 37, 44, 8);
    pen.fillStyle = this.#colour("quiet");
    pen.fillText("beyond muscles", 68, 47);
  }
}

// Centre of the head: its radius below the vertex, along the trunk.
function neck(head, hip) {
  const part = HEAD_M / Math.hypot(head[0] - hip[0], head[1] - hip[1]);
  return head.map((v, i) => v + (hip[i] - v) * part);
}

function line(pen, x0, y0, x1, y1) {
  pen.beginPath();
  pen.moveTo(x0, y0);
  pen.lineTo(x1, y1);
  pen.stroke();
}

function arrow(pen, x0, y0, x1, y1, width) {
  const angle = Math.atan2(y1 - y0, x1 - x0), head = Math.min(4 * width, Math.hypot(x1 - x0, y1 - y0));
  pen.lineWidth = width;
  line(pen, x0, y0, x1 - 0.8 * head * Math.cos(angle), y1 - 0.8 * head * Math.sin(angle));
  pen.beginPath();
  pen.moveTo(x1, y1);
  pen.lineTo(x1 - head * Math.cos(angle - 0.42), y1 - head * Math.sin(angle - 0.42));
  pen.lineTo(x1 - head * Math.cos(angle + 0.42), y1 - head * Math.sin(angle + 0.42));
  pen.closePath();
  pen.fill();
}
