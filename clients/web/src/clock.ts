/** Where time comes from. The default reads `performance.now()` and `Date.now()`; tests pass their own. */
export interface Clock {
  /** Milliseconds that never go back, from any beginning. Changing the device's clock does not change it. */
  monotonic(): number;
  /** The device's clock, milliseconds since 1970. Only used to notice that the device slept. */
  wall(): number;
}

export const deviceClock: Clock = { monotonic: () => performance.now(), wall: () => Date.now() };

/** The server's time, from one comparison with a monotonic clock: the device's own clock, which may be wrong by any amount, decides nothing. */
export class ServerClock {
  #clock: Clock;
  #offset: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes the server's time for the moment half way between the request and its reply. */
  set(asked: number, answered: number, serverTime: number): void {
    this.#offset = serverTime - (asked + answered) / 2;
  }

  /** Milliseconds since 1970, or undefined before the first comparison. */
  now(): number | undefined {
    return this.#offset === undefined ? undefined : Math.round(this.#clock.monotonic() + this.#offset);
  }
}
