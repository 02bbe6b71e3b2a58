// Numbers and names as people read them.

const MINUS = "\u2212";
const NOTHING = "\u2013";

export function number(value, digits = 0, signed = false) {
  if (value === null || value === undefined || !Number.isFinite(value)) return NOTHING;
  const rounded = Number(value.toFixed(digits)) + 0;
  const text = Math.abs(rounded).toFixed(digits);
  if (rounded < 0) return MINUS + text;
  return signed && rounded > 0 ? "+" + text : text;
}

// How many digits a unit is shown with.
export function digits(unit) {
  return { "\u00b0": 0, "N m": 0, BW: 2, BWBH: 3, "m/s": 2, m: 3 }[unit] ?? 2;
}

export function withUnit(value, unit) {
  const text = number(value, digits(unit));
  if (text === NOTHING) return text;
  return unit === "\u00b0" ? text + unit : `${text}\u00a0${unit}`;
}

// One output, its side included.
export function outputName(column) {
  return column.side ? `${column.label}, ${column.side}` : column.label;
}

export function seconds(value) {
  if (value < 60) return `${Math.max(0, Math.floor(value))} s`;
  return `${Math.floor(value / 60)}:${String(Math.floor(value % 60)).padStart(2, "0")} min`;
}

export function plural(count, one, many = one + "s") {
  return `${count} ${count === 1 ? one : many}`;
}

// A range that is written with the sign of OpenSim, with the sign that a column is shown with.
export function asShown([low, high], column) {
  return column.scale < 0 ? [-high, -low] : [low, high];
}
