/** The part of a WebSocket that the client uses: the browser's, Node's own from version 22, or the `ws` package's. */
export interface WebSocketLike {
  /** 1 while it is open. */
  readonly readyState: number;
  /** Called when the handshake is done. */
  onopen: ((event: never) => void) | null;
  /** Called for each frame, which is the event's `data`. */
  onmessage: ((event: never) => void) | null;
  /** Called when it failed, before `onclose`. */
  onerror: ((event: never) => void) | null;
  /** Called when it is over, or its handshake failed. */
  onclose: ((event: never) => void) | null;
  /** Sends a text frame. */
  send(data: string): void;
  /** Ends it. */
  close(code?: number): void;
}

/** A class that makes WebSockets. */
export type WebSocketConstructor = new (url: string, protocols: string[]) => WebSocketLike;

const OPEN = 1;

/** The handshake failed. `refused` is true where it is known to be because of the token. */
export class HandshakeFailed extends Error {
  constructor(readonly refused: boolean) {
    super('the handshake failed');
  }
}

/** The connection is gone, and with it what was asked of it alone. */
export class ConnectionLost extends Error {}

/** One WebSocket connection. */
export class Connection {
  /** Resolves when the connection is over. */
  readonly gone: Promise<void>;
  isGone = false;
  /** The server said that the token has expired. */
  tokenExpired = false;
  /** Called with the data of every frame. */
  receive: (data: unknown) => void = () => {};
  /** Called after a frame was sent, and after one was received. */
  wrote: () => void = () => {};
  heard: () => void = () => {};
  /** Called at once when the connection is over. */
  lost: () => void = () => {};
  #socket: WebSocketLike;
  #over!: () => void;

  private constructor(socket: WebSocketLike) {
    this.#socket = socket;
    this.gone = new Promise((resolve) => (this.#over = resolve));
    socket.onmessage = (event: { data: unknown }) => {
      if (this.isGone) return;
      this.heard();
      this.receive(event.data);
    };
    socket.onerror = () => {};
    socket.onclose = () => this.drop();
  }

  /** Makes a connection with the token as a subprotocol: a browser cannot set headers, and a URL would end up in logs. */
  static open(webSocket: WebSocketConstructor, url: string, token: string, timeout: number, ended: AbortSignal): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = new webSocket(url, ['recall.v1', `bearer.${token}`]);
      const settle = () => {
        clearTimeout(timer);
        ended.removeEventListener('abort', cancel);
      };
      const fail = (refused: boolean) => {
        settle();
        socket.onopen = socket.onclose = null;
        socket.onerror = () => {};
        socket.close();
        reject(new HandshakeFailed(refused));
      };
      const timer = setTimeout(() => fail(false), timeout);
      const cancel = () => fail(false);
      ended.addEventListener('abort', cancel);
      let refused = false;
      socket.onopen = () => {
        settle();
        resolve(new Connection(socket));
      };
      // Browsers hide why a handshake failed; Node's ws tells the status.
      socket.onerror = (event: { message?: unknown }) => {
        refused = / 401$/.test(String(event.message));
        if (refused) fail(true);
      };
      socket.onclose = () => fail(refused);
    });
  }

  /** Sends a text frame. A failure ends the connection, and what is unanswered goes out on the next one. */
  write(frame: string): void {
    if (this.isGone) return;
    try {
      if (this.#socket.readyState !== OPEN) throw new ConnectionLost();
      this.#socket.send(frame);
      this.wrote();
    } catch {
      this.drop();
    }
  }

  /** Ends the connection at once, without waiting for the other side, which may be out of reach. */
  drop(): void {
    if (this.isGone) return;
    this.isGone = true;
    this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
    this.lost();
    this.#over();
  }
}
