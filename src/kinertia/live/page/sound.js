// The audible cue: one short tone, high for above the band and low for below it. Silent until the user turns it on.

const TONES = { above: [784, 988], below: [294, 233] };
const LENGTH_S = 0.16;
const LOUDNESS = 0.14;
const REPEAT_MS = 450;        // while an output that is watched at every moment stays outside

export class Sound {
  constructor() {
    this.context = null;
    this.on = false;
    this.before = -Infinity;
    this.played = 0;
  }

  // Browsers allow sound only after a click, so the context is made here. True when sound is on.
  toggle() {
    this.on = !this.on;
    if (this.on) {
      this.context ??= new AudioContext();
      this.context.resume();
    }
    return this.on;
  }

  cue(verdict, at = performance.now()) {
    if (!this.on || !(verdict in TONES) || at - this.before < REPEAT_MS) return;
    this.before = at;
    this.played++;
    const begin = this.context.currentTime;
    TONES[verdict].forEach((pitch, i) => this.#tone(pitch, begin + i * LENGTH_S));
  }

  #tone(pitch, begin) {
    const tone = this.context.createOscillator(), volume = this.context.createGain();
    tone.type = "sine";
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0, begin);
    volume.gain.linearRampToValueAtTime(LOUDNESS, begin + 0.015);
    volume.gain.linearRampToValueAtTime(0, begin + LENGTH_S);
    tone.connect(volume).connect(this.context.destination);
    tone.start(begin);
    tone.stop(begin + LENGTH_S);
  }
}
