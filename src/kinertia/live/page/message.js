// Messages of the server; docs/live.md describes them.

export const VERSION = 1;
const FRAMES = 1;
const HEADER = 24;

// Rows of a binary message: {first, dropped, rows, width, time, values}.
export function decodeFrames(buffer) {
  const head = new DataView(buffer);
  if (head.getUint8(0) !== VERSION || head.getUint8(1) !== FRAMES) throw new Error("a message of another version");
  const rows = head.getUint16(2, true), width = head.getUint16(4, true);
  return {
    first: head.getFloat64(16, true),
    dropped: head.getUint32(8, true),
    rows,
    width,
    time: new Float64Array(buffer, HEADER, rows),
    values: new Float32Array(buffer, HEADER + 8 * rows, rows * width),
  };
}
