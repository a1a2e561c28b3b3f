/** Exponential back-off with full jitter: devices that were cut off together do not come back together. */
export class BackOff {
  constructor(
    private readonly minimum: number,
    private readonly maximum: number,
    private readonly random: () => number,
  ) {}

  /** Milliseconds to wait before repetition number `repeat`, counted from 0. */
  delay(repeat: number): number {
    return this.random() * Math.min(this.maximum, this.minimum * 2 ** Math.min(repeat, 30));
  }
}
