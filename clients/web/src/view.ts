import { ConversationView } from './conversation.js';
import { isConversation } from './frames.js';
import type { Conversation, Message } from './types.js';

const CONVERSATIONS_LIMIT = 10_000;
const MESSAGES_LIMIT = 100_000;

/** What the client holds of all conversations. It is bounded, whatever the server sends. */
export class View {
  readonly #conversations = new Map<string, ConversationView>();
  #taken = 0;

  /** Is told of each recall at once. */
  onRecalled: (conversationID: string, messageID: string) => void = () => {};

  constructor(private readonly self: string) {}

  get(id: string): ConversationView | undefined {
    return this.#conversations.get(id);
  }

  /** Returns a conversation, and creates it if it does not exist. Returns undefined if the ID is malformed or if there are too many conversations. */
  open(id: string): ConversationView | undefined {
    const held = this.#conversations.get(id);
    if (held || !isConversation(id) || this.full) return held;
    const opened = new ConversationView(id, this.self, (messageID) => this.onRecalled(id, messageID));
    this.#conversations.set(id, opened);
    return opened;
  }

  /** The message of any conversation, if it is held. */
  find(messageID: string): Message | undefined {
    for (const conversation of this.#conversations.values()) {
      const held = conversation.get(messageID);
      if (held) return { ...held };
    }
    return undefined;
  }

  get full(): boolean {
    return this.#conversations.size >= CONVERSATIONS_LIMIT;
  }

  remove(id: string): void {
    this.#conversations.delete(id);
  }

  ids(): string[] {
    return [...this.#conversations.keys()];
  }

  /** The conversation list, latest change first. */
  list(): Conversation[] {
    return [...this.#conversations.values()]
      .map((conversation) => conversation.entry())
      .sort((a, b) => b.lastChangeAt - a.lastChangeAt || (a.conversationID < b.conversationID ? -1 : 1));
  }

  /** Counts what was taken in since the last look; when it may be too much, the fullest conversation lets half of its messages go. */
  took(number: number): void {
    this.#taken += number;
    if (this.#taken <= MESSAGES_LIMIT) return;
    const held = [...this.#conversations.values()];
    const total = held.reduce((sum, conversation) => sum + conversation.size, 0);
    if (total > MESSAGES_LIMIT) {
      const fullest = held.reduce((a, b) => (b.size > a.size ? b : a));
      fullest.letGo(Math.ceil(fullest.size / 2));
    }
    this.#taken = Math.min(total, MESSAGES_LIMIT);
  }
}
