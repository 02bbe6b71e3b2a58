// Muscles of both legs beside the bones that they move: the more active, the redder and the wider.

const BONES = { trunk: ["head", "hip"], femur: ["hip", "knee"], tibia: ["knee", "ankle"], foot: ["heel", "toe"] };
// From where to where: bone, part of it from its upper end, and how far before (or over) it [m]; drawn, not measured.
const PATHS = {
  iliopsoas: [["trunk", 0.84, 0.05], ["femur", 0.18, 0.02]],
  glutei: [["trunk", 0.88, -0.09], ["femur", 0.28, -0.03]],
  hamstrings: [["femur", 0.04, -0.06], ["femur", 0.5, -0.06], ["tibia", 0.06, -0.035]],
  rectus_femoris: [["femur", 0.0, 0.06], ["femur", 0.5, 0.075], ["tibia", 0.02, 0.045]],
  vasti: [["femur", 0.3, 0.03], ["femur", 0.6, 0.045], ["tibia", 0.06, 0.04]],
  gastrocnemius: [["femur", 0.93, -0.03], ["tibia", 0.3, -0.065], ["foot", 0.0, 0.02]],
  soleus: [["tibia", 0.18, -0.02], ["tibia", 0.5, -0.042], ["foot", 0.03, 0.03]],
  tibialis_anterior: [["tibia", 0.1, 0.03], ["tibia", 0.5, 0.04], ["foot", 0.45, 0.03]],
};
const LEAST_M = 0.01, MOST_M = 0.045;  // width at rest and at full activation

// Walking takes a third of muscles at most, so that little has to show: the root of the activation [m].
export const widthOf = active => LEAST_M + (MOST_M - LEAST_M) * Math.sqrt(Math.max(active, 0));

// Whether frames have muscles.
export const muscular = history => Number.isFinite(history.at("soleus_r_activation"));

// s: "r" or "l"; point: name to [x, y] in metres; colour: activation to its colour.
export function drawMuscles(pen, history, s, point, px, py, scale, colour) {
  const leg = new Map();
  for (const [bone, ends] of Object.entries(BONES)) {
    const [a, b] = ends.map(end => point(["head", "hip"].includes(end) ? end : `${end}_${s}`));
    const [x, y] = [b[0] - a[0], b[1] - a[1]], long = Math.hypot(x, y);
    if (!(long > 0)) return;
    leg.set(bone, (part, out) => [a[0] + part * x - out * y / long, a[1] + part * y + out * x / long]);
  }
  for (const [muscle, path] of Object.entries(PATHS)) {
    const active = history.at(`${muscle}_${s}_activation`);
    if (!Number.isFinite(active)) continue;
    const places = path.map(([bone, part, out]) => leg.get(bone)(part, out));
    pen.lineWidth = widthOf(active) * scale;
    pen.strokeStyle = colour(active);
    pen.beginPath();
    places.forEach(([x, y], i) => (i ? pen.lineTo(px(x), py(y)) : pen.moveTo(px(x), py(y))));
    pen.stroke();
  }
}

// A warning at the knee of each leg of which a moment is more than muscles can give; whether there was one.
export function drawLacks(pen, history, point, px, py, scale) {
  const lacking = ["l", "r"].filter(s => history.at(`muscles_lack_${s}`) > 0);
  for (const [x, y] of lacking.map(s => point(`knee_${s}`))) mark(pen, px(x), py(y), Math.max(0.06 * scale, 11));
  return lacking.length > 0;
}

// A triangle with an exclamation mark: the moment is more than muscles can give.
export function mark(pen, x, y, size) {
  pen.fillStyle = "#ffd54a";
  pen.strokeStyle = "#1c1f23";
  pen.lineWidth = 1.5;
  pen.beginPath();
  pen.moveTo(x, y - size);
  pen.lineTo(x + 0.95 * size, y + 0.7 * size);
  pen.lineTo(x - 0.95 * size, y + 0.7 * size);
  pen.closePath();
  pen.fill();
  pen.stroke();
  pen.fillStyle = "#1c1f23";
  pen.fillRect(x - 1, y - 0.45 * size, 2, 0.6 * size);
  pen.fillRect(x - 1, y + 0.3 * size, 2, 2);
}
