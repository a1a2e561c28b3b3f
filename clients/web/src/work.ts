import { recalled } from './errors.js';

interface Work {
  conversationID: string;
  messageID: string;
  controller: AbortController;
}

/** The work on messages that is under way. It stays when a session ends, so that the next session can end it. */
export class WorkUnderWay {
  readonly #all = new Set<Work>();

  /** Begins work on a message. The signal is aborted when the message is recalled; `end` forgets the work. */
  begin(conversationID: string, messageID: string): { signal: AbortSignal; end: () => void } {
    const work = { conversationID, messageID, controller: new AbortController() };
    this.#all.add(work);
    return { signal: work.controller.signal, end: () => this.#all.delete(work) };
  }

  /** Ends the work on a message. What listens to the signal is called when the client has taken in all that it learns now. */
  recalled(conversationID: string, messageID: string): void {
    for (const work of this.#all) {
      if (work.conversationID !== conversationID || work.messageID !== messageID) continue;
      queueMicrotask(() => work.controller.abort(recalled(messageID)));
    }
  }
}
