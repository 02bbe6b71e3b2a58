"use strict";
(() => {
  const data = JSON.parse(document.getElementById("frames").textContent);
  const canvas = document.getElementById("figure"), play = document.getElementById("play");
  const rate = document.getElementById("rate"), scrub = document.getElementById("scrub"), clock = document.getElementById("clock");
  const BODY_WEIGHT_M = 0.6; // length of an arrow of one body weight
  const HEAD_MM = 100;
  const last = data.count - 1;
  // In the middle people move; what is printed, or stands still, is this.
  let frame = Math.round(last / 2), playing = !matchMedia("(prefers-reduced-motion: reduce)").matches, before = null;

  // Value between two frames; null where either is missing.
  const between = (values, at) => {
    const i = Math.min(Math.floor(at), last), j = Math.min(i + 1, last), part = at - i;
    const a = values[i], b = values[j];
    if (a === null || b === null) return part < 0.5 ? a : b;
    return a + (b - a) * part;
  };
  // Centre of the head: its radius below the vertex, along the trunk.
  const neck = ([head, hip]) => {
    const part = HEAD_MM / Math.hypot(head[0] - hip[0], head[1] - hip[1]);
    return head.map((v, i) => v + (hip[i] - v) * part);
  };
  const colour = name => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
  const sideName = { r: "right", l: "left", "": "both" };
  const top_mm = Math.max(...Object.values(data.points).flatMap(p => p.y.filter(v => v !== null)), 1000);

  function draw() {
    const ratio = window.devicePixelRatio || 1, width = canvas.clientWidth, height = canvas.clientHeight;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    const pen = canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    pen.font = "12px system-ui, sans-serif";
    const scale = (height - 70) / (top_mm / 1000);           // pixels per metre
    const hip = between(data.points.hip.x, frame) ?? 0;       // the view travels with the hip
    const px = mm => width / 2 + (mm - hip) / 1000 * scale;
    const py = mm => height - 34 - mm / 1000 * scale;

    // Ground with a mark every quarter of a metre.
    pen.strokeStyle = colour("zero");
    pen.fillStyle = colour("quiet");
    pen.lineWidth = 1.5;
    pen.beginPath();
    pen.moveTo(0, py(0));
    pen.lineTo(width, py(0));
    pen.stroke();
    pen.lineWidth = 1;
    const reach = width / 2 / scale * 1000;
    for (let mm = Math.ceil((hip - reach) / 250) * 250; mm <= hip + reach; mm += 250) {
      const metre = mm % 1000 === 0;
      pen.beginPath();
      pen.moveTo(px(mm), py(0));
      pen.lineTo(px(mm), py(0) + (metre ? 9 : 5));
      pen.stroke();
      if (metre) { pen.textAlign = "center"; pen.fillText(mm / 1000 + " m", px(mm), py(0) + 22); }
    }

    pen.lineCap = pen.lineJoin = "round";
    for (const [a, b, side] of data.bones) {
      const ends = [a, b].map(name => [between(data.points[name].x, frame), between(data.points[name].y, frame)]);
      if (ends.flat().some(v => v === null)) continue;
      if (a === "head") ends[0] = neck(ends);
      pen.strokeStyle = colour(sideName[side]);
      pen.lineWidth = side === "" ? 7 : 5;
      pen.beginPath();
      pen.moveTo(px(ends[0][0]), py(ends[0][1]));
      pen.lineTo(px(ends[1][0]), py(ends[1][1]));
      pen.stroke();
    }
    if (data.points.head) {
      const ends = ["head", "hip"].map(name => [between(data.points[name].x, frame), between(data.points[name].y, frame)]);
      if (!ends.flat().some(v => v === null)) {
        const centre = neck(ends);
        pen.fillStyle = colour("both");
        pen.beginPath();
        pen.arc(px(centre[0]), py(centre[1]), HEAD_MM / 1000 * scale, 0, 2 * Math.PI);
        pen.fill();
      }
    }
    for (const side of Object.keys(data.forces)) drawForce(pen, side, px, py, scale);

    const said = [];
    for (const side of Object.keys(data.forces)) {
      const up = between(data.forces[side].y, frame);
      if (up !== null) said.push([sideName[side], `${sideName[side]} ${(up / 100).toFixed(2)} BW`]);
    }
    const speed = data.speed ? between(data.speed, frame) : null;
    if (speed !== null) said.push(["ink", `speed ${(speed / 100).toFixed(2)} m/s`]);
    pen.textAlign = "left";
    said.forEach(([name, words], i) => { pen.fillStyle = colour(name); pen.fillText(words, 10, 20 + 18 * i); });
    if (Object.keys(data.forces).length) {
      pen.strokeStyle = pen.fillStyle = colour("force");
      arrow(pen, width - 30, 10 + BODY_WEIGHT_M * scale, width - 30, 10, 2);
      pen.textAlign = "right";
      pen.fillText("1 BW", width - 42, 22);
    }
    scrub.value = Math.round(frame);
    clock.textContent = (data.start + frame / data.rate).toFixed(2) + " s";
    scrub.setAttribute("aria-valuetext", clock.textContent);
  }

  function drawForce(pen, side, px, py, scale) {
    const force = data.forces[side];
    const at = between(force.at, frame), x = between(force.x, frame), y = between(force.y, frame);
    if (at === null || x === null || y === null || Math.hypot(x, y) < 2) return;
    const length = BODY_WEIGHT_M * scale / 100;
    const ends = [px(at), py(0), px(at) + x * length, py(0) - y * length];
    pen.strokeStyle = colour("card");  // an edge, so that the arrow stands out from the leg behind it
    pen.lineWidth = 7;
    pen.beginPath();
    pen.moveTo(ends[0], ends[1]);
    pen.lineTo(ends[2], ends[3]);
    pen.stroke();
    pen.strokeStyle = pen.fillStyle = colour("force");
    arrow(pen, ...ends, 3);
  }

  function arrow(pen, x0, y0, x1, y1, width) {
    const angle = Math.atan2(y1 - y0, x1 - x0), head = Math.min(4 * width, Math.hypot(x1 - x0, y1 - y0));
    pen.lineWidth = width;
    pen.beginPath();
    pen.moveTo(x0, y0);
    pen.lineTo(x1 - 0.8 * head * Math.cos(angle), y1 - 0.8 * head * Math.sin(angle));
    pen.stroke();
    pen.beginPath();
    pen.moveTo(x1, y1);
    pen.lineTo(x1 - head * Math.cos(angle - 0.42), y1 - head * Math.sin(angle - 0.42));
    pen.lineTo(x1 - head * Math.cos(angle + 0.42), y1 - head * Math.sin(angle + 0.42));
    pen.closePath();
    pen.fill();
  }

  function show() {
    play.textContent = playing ? "Pause" : "Play";
    play.setAttribute("aria-pressed", String(playing));
  }
  function tick(now) {
    if (playing && before !== null) {
      frame += (now - before) / 1000 * data.rate * Number(rate.value);
      // The last frame of a repeating cycle is followed by the first; else start again.
      const length = data.periodic ? data.count : last;
      if (frame > length) frame = length > 0 ? frame % length : 0;
      if (frame > last) frame = last;
      draw();
    }
    before = playing ? now : null;
    if (playing) requestAnimationFrame(tick);
  }
  function start() { before = null; requestAnimationFrame(tick); }

  play.addEventListener("click", () => { playing = !playing; show(); if (playing) start(); });
  scrub.addEventListener("input", () => { playing = false; show(); frame = Number(scrub.value); draw(); });
  window.addEventListener("resize", draw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  show();
  draw();
  if (playing) start();
})();
