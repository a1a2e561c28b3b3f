import type { Page, WebSocketRoute } from 'playwright-core';

/** The network between a page and the stack, for tests that spoil it. The frames themselves are the real ones. */
export class Network {
  connections = 0;
  /** What becomes of a frame on its way to the page. */
  deliver: (frame: string) => string = (frame) => frame;
  #cut = false;
  #held: (() => void)[] | undefined;
  #routes = new Set<WebSocketRoute>();
  #page!: Page;

  async stand(page: Page): Promise<void> {
    this.#page = page;
    await page.routeWebSocket(/\/local$/, (route) => {
      if (this.#cut) return void route.close({ code: 1001 });
      this.connections++;
      this.#routes.add(route);
      const server = route.connectToServer();
      server.onMessage((frame) => route.send(this.deliver(String(frame))));
      route.onMessage((frame) => {
        if (this.#held && String(frame).includes('"action":"send"')) this.#held.push(() => server.send(frame));
        else server.send(frame);
      });
    });
  }

  /** Ends the connection, and lets no new one through. */
  async cut(): Promise<void> {
    this.#cut = true;
    for (const route of this.#routes) await route.close({ code: 1001 });
    this.#routes.clear();
  }

  /** Lets connections through again, and has the browser say so. */
  async mend(): Promise<void> {
    this.#cut = false;
    await this.#page.evaluate(() => dispatchEvent(new Event('online')));
  }

  /** Holds back the messages that the page sends; its other requests go through. */
  holdMessages(): void {
    this.#held = [];
  }

  /** Whether a message is held back. */
  get isHolding(): boolean {
    return (this.#held?.length ?? 0) > 0;
  }

  /** Lets the messages go that were held back. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const send of held) send();
  }
}
