import type { ChatEvent } from './types.js';

/** A handler, called with the context with which it was registered as `this`. */
export type Handler = (event: ChatEvent) => void;

export class Emitter {
  readonly #registered = new Map<string, { handler: Handler; context: unknown }[]>();

  on(name: string, handler: Handler, context?: unknown): void {
    this.#registered.set(name, [...(this.#registered.get(name) ?? []), { handler, context }]);
  }

  off(name: string, handler: Handler, context?: unknown): void {
    const kept = this.#registered.get(name)?.filter((each) => each.handler !== handler || (context !== undefined && each.context !== context));
    this.#registered.set(name, kept ?? []);
  }

  clear(): void {
    this.#registered.clear();
  }

  emit(name: string, data?: unknown): void {
    for (const { handler, context } of this.#registered.get(name) ?? []) {
      try {
        handler.call(context, { name, data });
      } catch (error) {
        // A fault in one handler must not keep the others from being told.
        (globalThis.reportError ?? console.error)(error);
      }
    }
  }
}
