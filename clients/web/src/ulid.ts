// Own code rather than the ulid package: these lines are all that is needed of it, and without a dependency a page can
// load the client as one file.
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const RANDOM_DIGITS = 16;

/** Makes monotonic ULIDs: a later one sorts after an earlier one, also within a millisecond and when the clock went back a little. */
export class MessageIDs {
  #time = 0;
  #random: number[] = [];

  next(serverTime: number): string {
    if (serverTime > this.#time) {
      this.#time = serverTime;
      this.#random = [...crypto.getRandomValues(new Uint8Array(RANDOM_DIGITS))].map((byte) => byte & 31);
    } else {
      this.#increment();
    }
    return timeDigits(this.#time) + this.#random.map((digit) => ALPHABET[digit]).join('');
  }

  /** Gives up the order with IDs made before: they were made on a wrong clock, and the server refused one. */
  startOver(): void {
    this.#time = 0;
  }

  #increment(): void {
    for (let place = RANDOM_DIGITS - 1; place >= 0; place--) {
      this.#random[place] = (this.#random[place]! + 1) & 31;
      if (this.#random[place] !== 0) return;
    }
    this.#time++; // all 80 bits were used up; zeros in the next millisecond sort after them
  }
}

function timeDigits(time: number): string {
  let digits = '';
  for (let rest = time; digits.length < 10; rest = Math.floor(rest / 32)) digits = ALPHABET[rest % 32] + digits;
  return digits;
}
