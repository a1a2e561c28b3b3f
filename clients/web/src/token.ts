import { object, text } from './frames.js';

/** Returns when a token has expired by its `exp`, in milliseconds since 1970; undefined if it does not say. The server checks it, this only reads. */
export function expiresAt(token: string): number | undefined {
  try {
    const encoded = text(token.split('.')[1]).replace(/-/g, '+').replace(/_/g, '/');
    const expiry = object(JSON.parse(atob(encoded)))?.exp;
    return typeof expiry === 'number' ? expiry * 1000 : undefined;
  } catch {
    return undefined;
  }
}
