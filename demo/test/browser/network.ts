import type { Page, WebSocketRoute } from 'playwright-core';

/** The network between a page and the stack, for tests that spoil it. The frames themselves are the real ones. */
export class SpoiltNetwork {
  /** What becomes of a frame from the server: the frames that the page gets in its stead, now. */
  deliver: (frame: string) => string[] = (frame) => [frame];
  connections = 0;
  #dead = 0;
  #page: WebSocketRoute | undefined;

  async spoil(page: Page): Promise<void> {
    await page.routeWebSocket(/\/local/, (route) => {
      const server = route.connectToServer();
      const mine = ++this.connections;
      this.#page = route;
      const alive = () => mine > this.#dead;
      server.onMessage((frame) => {
        if (alive()) for (const each of this.deliver(String(frame))) route.send(each);
      });
      route.onMessage((frame) => {
        if (alive()) server.send(frame);
      });
    });
  }

  /** Nothing gets through the present connection any more, and neither side is told: as when a laptop sleeps. */
  sleep(): void {
    this.#dead = this.connections;
  }

  /** Gives the page frames that were held back. */
  release(frames: string[]): void {
    for (const frame of frames) this.#page?.send(frame);
  }
}
