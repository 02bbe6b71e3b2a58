// The frames of the last seconds, column by column.

export class History {
  // columns: as the server named them; extra: names of the columns after them
  constructor(columns, extra, rate, seconds) {
    this.rate = rate;
    this.capacity = Math.ceil(rate * seconds);
    this.place = new Map([...columns.map(c => c.name), ...extra].map((name, i) => [name, i]));
    this.width = this.place.size;
    this.time = new Float64Array(this.capacity);
    this.values = new Float32Array(this.capacity * this.width);
    this.count = 0;
  }

  // As it is now, whatever is pushed afterwards.
  copy() {
    return Object.assign(Object.create(History.prototype), this, { time: this.time.slice(), values: this.values.slice(), drawn: false });
  }

  get length() { return Math.min(this.count, this.capacity); }

  push(frames) {
    for (let row = 0; row < frames.rows; row++) {
      const at = this.count % this.capacity;
      this.time[at] = frames.time[row];
      this.values.set(frames.values.subarray(row * frames.width, (row + 1) * frames.width), at * this.width);
      this.count++;
    }
  }

  // Value of a column, `back` rows before the newest.
  at(name, back = 0) {
    const column = this.place.get(name);
    if (column === undefined || back >= this.length) return NaN;
    return this.values[((this.count - 1 - back) % this.capacity) * this.width + column];
  }

  get now() { return this.count ? this.time[(this.count - 1) % this.capacity] : NaN; }

  // [seconds before now, ...values of each column, as it is shown] over the last `seconds`; null where there is none.
  window(columns, seconds) {
    const now = this.now, length = this.length, data = [[], ...columns.map(() => [])];
    const places = columns.map(column => this.place.get(column.name));
    let before = null;
    for (let i = length - 1; i >= 0; i--) {
      const at = (this.count - 1 - i) % this.capacity, ago = this.time[at] - now;
      if (ago < -seconds - 0.1) continue;
      if (before !== null && ago - before > 0.25) {  // a hole in the stream is no line
        data[0].push(before + 0.001);
        places.forEach((_, k) => data[k + 1].push(null));
      }
      before = ago;
      data[0].push(ago);
      places.forEach((column, k) => {
        const value = this.values[at * this.width + column];
        data[k + 1].push(Number.isNaN(value) ? null : value * columns[k].scale);
      });
    }
    return data;
  }
}
