import { createDecipheriv, createECDH, createPublicKey, hkdfSync, randomBytes, verify } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

const CURVE = 'prime256v1';

/** Keys by which a deployment is known to push services (VAPID). */
export function vapidKeys(): { publicKey: string; privateKey: string } {
  const keys = createECDH(CURVE);
  return { publicKey: keys.generateKeys('base64url'), privateKey: keys.getPrivateKey('base64url').padStart(43, 'A') };
}

/** A notification that a {@link PushService} took. */
export interface Taken {
  topic: string;
  payload: string;
}

/**
 * A push service on this machine. It checks each request by RFC 8030 and RFC 8292, and decrypts it by RFC 8291, as a browser does. It answers 400 to what is
 * not good, and notes why.
 */
export class PushService {
  readonly taken: Taken[] = [];
  readonly complaints: string[] = [];
  #keys = createECDH(CURVE);
  #auth = randomBytes(16);
  #server = createServer(async (request, response) => {
    try {
      this.taken.push(await this.#take(request));
      response.writeHead(201).end();
    } catch (error) {
      this.complaints.push(String(error));
      response.writeHead(400).end();
    }
  });
  #address = '';

  private constructor(private readonly publicKey: string) {
    this.#keys.generateKeys();
  }

  static async start(publicKey: string): Promise<PushService> {
    const service = new PushService(publicKey);
    await new Promise<void>((done) => service.#server.listen(0, '127.0.0.1', done));
    service.#address = `http://localhost:${(service.#server.address() as AddressInfo).port}`;
    return service;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** What `PushSubscription.toJSON` gives. */
  get subscription() {
    return { endpoint: `${this.#address}/push/1`, expirationTime: null, keys: { p256dh: this.#keys.getPublicKey('base64url'), auth: this.#auth.toString('base64url') } };
  }

  async #take(request: IncomingMessage): Promise<Taken> {
    const { method, url, headers } = request;
    const topic = String(headers.topic);
    if (method !== 'POST' || url !== '/push/1') throw new Error(`${method} ${url}`);
    if (headers['content-encoding'] !== 'aes128gcm' || !(Number(headers.ttl) > 0) || !/^[\w-]{1,32}$/.test(topic)) throw new Error(`headers ${JSON.stringify(headers)}`);
    this.#checkToken(String(headers.authorization));
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    return { topic, payload: this.#decrypt(Buffer.concat(parts)) };
  }

  /** RFC 8292: the token is signed with the deployment's key, and is for this very service. */
  #checkToken(authorization: string): void {
    const [, token, key] = /^vapid t=(\S+), ?k=(\S+)$/.exec(authorization) ?? [];
    if (!token || key !== this.publicKey) throw new Error('no token of VAPID, or of another key');
    const [header, claims, signature] = token.split('.') as [string, string, string];
    const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
    const raw = Buffer.from(key, 'base64url');
    const [x, y] = [raw.subarray(1, 33), raw.subarray(33)].map((number) => number.toString('base64url')) as [string, string];
    const signer = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
    const good = verify('sha256', Buffer.from(`${header}.${claims}`), { key: signer, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'));
    const { aud, exp, sub } = read(claims);
    const seconds = exp - Date.now() / 1000;
    if (!good || read(header).alg !== 'ES256' || aud !== this.#address || seconds < 0 || seconds > 86_400 || sub !== 'mailto:push@example.com') throw new Error(`a wrong token: ${JSON.stringify({ good, aud, exp, sub })}`);
  }

  /** RFC 8291 and RFC 8188: one record, and the sender's key in its header. */
  #decrypt(body: Buffer): string {
    const salt = body.subarray(0, 16);
    if (body[20] !== 65) throw new Error('the header of the encryption is wrong');
    const sender = body.subarray(21, 86);
    const info = Buffer.concat([Buffer.from('WebPush: info\0'), this.#keys.getPublicKey(), sender]);
    const secret = Buffer.from(hkdfSync('sha256', this.#keys.computeSecret(sender), this.#auth, info, 32));
    const derived = (name: string, length: number) => Buffer.from(hkdfSync('sha256', secret, salt, Buffer.from(`Content-Encoding: ${name}\0`), length));
    const opener = createDecipheriv('aes-128-gcm', derived('aes128gcm', 16), derived('nonce', 12));
    opener.setAuthTag(body.subarray(-16));
    const opened = Buffer.concat([opener.update(body.subarray(86, -16)), opener.final()]);
    const end = opened.lastIndexOf(2); // behind it are only zeros
    return opened.subarray(0, end).toString();
  }
}
