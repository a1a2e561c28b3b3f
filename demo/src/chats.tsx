import type { Conversation, Message } from 'recall-web';
import { useLanguage, useTexts } from './context.js';
import type { Device } from './device.js';
import { GROUP, PEOPLE } from './group.js';
import { GroupIcon } from './icons.js';
import type { Texts } from './texts.js';
import { nameOf, summaryOf, tombstoneText, unreadCount } from './words.js';

/** Spreads colours as far apart as they get, however many there are. */
const GOLDEN_ANGLE = 137.5;

const isGroup = (conversation: string): boolean => conversation.startsWith('group_');
const idOf = (conversation: string): string => conversation.slice(conversation.indexOf('_') + 1);

/** What a chat is called. */
export function titleOf(texts: Texts, conversation: string, entry?: Conversation): string {
  if (!isGroup(conversation)) return nameOf(idOf(conversation));
  return idOf(conversation) === GROUP ? texts.group : (entry?.name ?? nameOf(idOf(conversation)));
}

/** A coloured circle with an initial; the colour follows from the name. */
export function Avatar({ conversation }: { conversation: string }) {
  const id = idOf(conversation);
  let hue = 0;
  for (const character of id) hue = (hue + character.codePointAt(0)! * GOLDEN_ANGLE) % 360;
  return <span class={`avatar ${isGroup(conversation) ? 'group' : ''}`} style={{ '--hue': String(hue) }} aria-hidden="true">{isGroup(conversation) ? <GroupIcon /> : id.charAt(0).toUpperCase()}</span>;
}

function preview(texts: Texts, device: Device, conversation: string, last: Message | undefined): string {
  if (!last) return isGroup(conversation) ? texts.noMessages : texts.sayHello(nameOf(idOf(conversation)));
  if (last.isRevoked) return tombstoneText(texts, last, device.user);
  const who = last.flow === 'out' ? texts.you : isGroup(conversation) ? nameOf(last.from) : '';
  return who ? `${who}: ${summaryOf(texts, last)}` : summaryOf(texts, last);
}

/** All chats, latest change first, and below them the people one has not written to. */
export function ChatList({ device }: { device: Device }) {
  const texts = useTexts();
  const begun = device.conversations.map((each) => each.conversationID);
  const others = PEOPLE.filter((user) => user !== device.user).map((user) => `c2c_${user}`);
  const all = [...begun, ...others.filter((each) => !begun.includes(each))];
  return (
    <div class="chats">
      <h2>{texts.chats}</h2>
      {!device.ready && !device.unreachable && <p class="connecting">{texts.connecting}</p>}
      <ul>{all.map((conversation) => <ChatLine key={conversation} device={device} conversation={conversation} />)}</ul>
    </div>
  );
}

function ChatLine({ device, conversation }: { device: Device; conversation: string }) {
  const texts = useTexts();
  const language = useLanguage();
  const entry = device.entry(conversation);
  const unread = entry?.unreadCount ?? 0;
  const last = device.messages(conversation).at(-1) ?? entry?.lastMessage;
  const time = last?.sentAt ? new Date(last.sentAt).toLocaleTimeString(language, { hour: '2-digit', minute: '2-digit', hour12: false }) : '';
  return (
    <li>
      <button type="button" class="chat" data-conversation={conversation} onClick={() => device.show(conversation)}>
        <Avatar conversation={conversation} />
        <span class="chat-title">{titleOf(texts, conversation, entry)}</span>
        <time class="chat-time">{time}</time>
        <span class={`chat-preview ${last?.isRevoked ? 'recalled' : ''}`}>{preview(texts, device, conversation, last)}</span>
        {unread > 0 && <span class="badge"><span aria-hidden="true">{unreadCount(unread)}</span><span class="hidden">{texts.unread(unreadCount(unread))}</span></span>}
      </button>
    </li>
  );
}
