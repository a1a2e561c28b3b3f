import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page, WebSocketRoute } from 'playwright-core';
import { onTestFinished } from 'vitest';

type Frame = Record<string, any>;

/** Attachments beside the stack: the frames of files, and a bucket. Everything else is the stack's own. */
export class Attachments {
  readonly uploads = new Map<string, { bytes: Buffer; type: string }>();
  readonly #named = new Map<string, Frame[]>();
  #address = '';
  #made = 0;
  /** Uploads wait for it. */
  hold: Promise<void> = Promise.resolve();

  static async start(): Promise<Attachments> {
    const made = new Attachments();
    const server = createServer(async (request, response) => {
      response.setHeader('Access-Control-Allow-Origin', '*').setHeader('Access-Control-Allow-Headers', '*').setHeader('Access-Control-Allow-Methods', 'PUT');
      const id = request.url!.slice(1);
      const held = made.uploads.get(id);
      if (request.method === 'PUT') {
        await made.hold;
        const parts: Buffer[] = [];
        try {
          for await (const part of request) parts.push(part);
        } catch {
          return; // The page has ended the upload.
        }
        made.uploads.set(id, { bytes: Buffer.concat(parts), type: request.headers['content-type']! });
        response.end();
      } else if (request.method === 'GET') response.writeHead(held ? 200 : 404).end(held?.bytes);
      else response.end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    made.#address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    return made;
  }

  async serve(page: Page): Promise<void> {
    await page.routeWebSocket(/\/local/, (route) => {
      const server = route.connectToServer();
      server.onMessage((text) => route.send(JSON.stringify(this.#toPage(JSON.parse(String(text))))));
      route.onMessage((text) => {
        const frame = this.#toServer(JSON.parse(String(text)), route);
        if (frame) server.send(JSON.stringify(frame));
      });
    });
  }

  #toServer(frame: Frame, route: WebSocketRoute): Frame | undefined {
    const reply = (fields: Frame) => route.send(JSON.stringify({ type: 'reply', action: frame.action, id: frame.id, ok: true, ...fields }));
    if (frame.action === 'attach') {
      const attachmentId = `01HF7YAT00${String(++this.#made).padStart(16, '0')}`;
      this.#named.set(attachmentId, [{ attachmentId, name: frame.name, type: frame.type, size: frame.size }]);
      reply({ attachmentId, upload: { method: 'PUT', url: this.#address + attachmentId, headers: { 'content-type': frame.type } }, uploadUntil: 1 });
      return undefined;
    }
    if (frame.action === 'download') {
      reply({ url: this.#address + frame.attachmentId, downloadUntil: 1 });
      return undefined;
    }
    if (frame.attachments) this.#named.set(frame.messageId, frame.attachments.flatMap(({ attachmentId }: Frame) => this.#named.get(attachmentId)));
    return { ...frame, attachments: undefined };
  }

  #toPage(frame: Frame): Frame {
    if (frame.action === 'hello') return { ...frame, maxAttachmentBytes: 100_000 };
    for (const message of [frame.message, ...(frame.conversations ?? []).flatMap((each: Frame) => each.messages ?? [])]) {
      const named = message && !message.revoked && this.#named.get(message.messageId);
      if (named) message.attachments = named;
    }
    for (const each of frame.results ?? []) {
      if (each.ok) for (const { attachmentId } of this.#named.get(each.messageId) ?? []) this.uploads.delete(attachmentId);
    }
    return frame;
  }
}
