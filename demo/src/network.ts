import type { WebSocketConstructor, WebSocketLike } from 'recall-web';

/** A line of the frames panel. */
export interface Frame {
  number: number;
  at: Date;
  direction: 'sent' | 'received' | 'opened' | 'closed' | 'failed';
  text: string;
}

const FRAMES_KEPT = 300;

/** The network of one device: it can be cut, and shows what goes over it. */
export class Network {
  frames: Frame[] = [];
  offline = false;
  readonly WebSocket: WebSocketConstructor;
  #sockets = new Set<DeviceSocket>();
  #count = 0;

  constructor(private readonly changed: () => void, private readonly heard: (text: string) => void = () => {}) {
    const network = this;
    this.WebSocket = class extends DeviceSocket {
      constructor(url: string, protocols: string[]) {
        super(network, url, protocols);
      }
    };
  }

  setOffline(offline: boolean): void {
    this.offline = offline;
    if (offline) for (const socket of [...this.#sockets]) socket.cut();
    this.changed();
  }

  note(direction: Frame['direction'], text = ''): void {
    this.heard(text);
    this.frames = [...this.frames.slice(1 - FRAMES_KEPT), { number: ++this.#count, at: new Date(), direction, text }];
    this.changed();
  }

  clear(): void {
    this.frames = [];
    this.changed();
  }

  add(socket: DeviceSocket): void {
    this.#sockets.add(socket);
  }

  remove(socket: DeviceSocket): void {
    this.#sockets.delete(socket);
  }
}

/** A WebSocket that goes down with its device's network. */
class DeviceSocket implements WebSocketLike {
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: never) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  #socket: WebSocket | undefined;
  #opened = false;

  constructor(private readonly network: Network, url: string, protocols: string[]) {
    if (network.offline) {
      setTimeout(() => this.#end());
      return;
    }
    network.add(this);
    const socket = (this.#socket = new WebSocket(url, protocols));
    socket.onopen = (event) => {
      this.#opened = true;
      network.note('opened');
      this.onopen?.(event as never);
    };
    socket.onmessage = (event) => {
      network.note('received', String(event.data));
      this.onmessage?.(event as never);
    };
    socket.onclose = () => this.#end();
  }

  get readyState(): number {
    return this.#socket?.readyState ?? WebSocket.CLOSED;
  }

  send(data: string): void {
    this.network.note('sent', data);
    this.#socket?.send(data);
  }

  close(): void {
    this.#socket?.close();
    if (this.#opened) this.#end();
  }

  /** Ends at once and without a word to the other side, as far as a page can. */
  cut(): void {
    if (this.#socket) this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket?.close();
    this.#end();
  }

  #end(): void {
    this.network.remove(this);
    if (this.#socket) this.#socket.onclose = null;
    if (!this.network.offline || this.#opened) this.network.note(this.#opened ? 'closed' : 'failed');
    this.#opened = false;
    this.onerror?.({} as never);
    this.onclose?.({} as never);
    this.onerror = this.onclose = null;
  }
}
