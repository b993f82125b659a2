// Two readings of one code within three seconds are one reading: a code still in view, or a gun that fired twice.

const SAME_READING = 3000; // ms
const FORGETFUL = 200; // codes remembered

export class SameReading {
  private readonly codes = new Map<string, number>();
  private readonly now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.now = now;
  }

  /** Was this code read a moment ago? Either way it was read now. */
  seen(code: string): boolean {
    const before = this.codes.get(code) ?? Number.NEGATIVE_INFINITY;
    this.note(code);
    return this.now() - before < SAME_READING;
  }

  note(code: string): void {
    this.codes.delete(code);
    this.codes.set(code, this.now());
    const [oldest] = this.codes.keys();
    if (this.codes.size > FORGETFUL && oldest !== undefined) this.codes.delete(oldest);
  }

  forgetAll(): void {
    this.codes.clear();
  }
}
