import type { Message } from 'recall-web';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Avatar, titleOf } from './chats.js';
import { Composer, sendPictures } from './composer.js';
import { useTexts } from './context.js';
import type { Device } from './device.js';
import { GROUP, PEOPLE } from './group.js';
import { BackIcon } from './icons.js';
import { MessageMenu, type MenuPlace } from './menu.js';
import { ReasonSheet } from './reason.js';
import { MessageRow } from './row.js';
import { SelectionBar } from './selection.js';
import { duration, nameOf, unreadCount } from './words.js';

const RECALLS_LIMIT = 10;
const NEAR_BOTTOM_PIXELS = 120;

/** An open chat. */
export function Thread({ device, conversation }: { device: Device; conversation: string }) {
  const texts = useTexts();
  const messages = device.messages(conversation);
  const [menu, setMenu] = useState<MenuPlace | undefined>();
  const [selected, setSelected] = useState<Set<string> | undefined>();
  const [reasonFor, setReasonFor] = useState<Message[] | undefined>();
  const [current, setCurrent] = useState('');
  const [dropping, setDropping] = useState(false);
  const list = useRef<HTMLDivElement>(null);
  const composer = useRef<HTMLTextAreaElement>(null);
  useStickToBottom(list, messages.at(-1));

  const focusRow = (ID: string) => list.current?.querySelector<HTMLElement>(`[data-id="${ID}"]`)?.focus();
  const menuMessage = menu && messages.find((message) => message.ID === menu.ID);
  useEffect(() => {
    if (menu && (!menuMessage || menuMessage.isRevoked)) { // recalled by somebody else meanwhile
      focusRow(menu.ID);
      setMenu(undefined);
    }
  }, [menu, menuMessage?.isRevoked]);

  const move = (ID: string, by: number) => {
    const index = messages.findIndex((message) => message.ID === ID) + by;
    const next = messages[Math.max(0, Math.min(messages.length - 1, index))];
    if (next) focusRow(next.ID);
  };
  const recall = (those: Message[]) => {
    // The button, menu or bar that was used goes away; the row stays, whatever becomes of its message.
    if (those[0]) focusRow(those[0].ID);
    setSelected(undefined);
    const others = those.some((message) => message.flow === 'in');
    if (others) setReasonFor(those);
    else void device.recallAll(conversation, those);
  };
  const toggle = (ID: string) => {
    const next = new Set(selected);
    if (!next.delete(ID) && next.size < RECALLS_LIMIT) next.add(ID);
    setSelected(next);
  };
  const reEdit = (text: string) => {
    device.setDraft(conversation, text);
    composer.current?.focus();
  };
  const dropTarget = {
    onDragOver: (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      setDropping(true);
    },
    onDragLeave: (event: DragEvent) => {
      if (!(event.currentTarget as Node).contains(event.relatedTarget as Node | null)) setDropping(false);
    },
    onDrop: (event: DragEvent) => {
      event.preventDefault(); // Otherwise the browser would open a file that is no picture, in place of this page.
      setDropping(false);
      sendPictures(device, conversation, event.dataTransfer, event);
    },
  };
  const roving = messages.some((message) => message.ID === current) ? current : messages.at(-1)?.ID;
  const newestOwn = messages.findLast((message) => message.flow === 'out' && !message.isRevoked)?.ID;

  return (
    <div class={`thread ${dropping ? 'dropping' : ''}`} {...(device.maxPictureBytes > 0 && dropTarget)}>
      <ThreadHead device={device} conversation={conversation} />
      {dropping && <p class="drop-hint" aria-hidden="true">{texts.dropPicture}</p>}
      <div class="messages" ref={list} role="log" aria-label={texts.messages} aria-live="polite" aria-relevant="additions text">
        <ol>
          {device.hasOlder && <li class="older"><button type="button" class="ghost" onClick={() => void device.fetchOlder()}>{texts.older}</button></li>}
          {messages.length === 0 && device.ready && <EmptyThread device={device} conversation={conversation} />}
          {messages.map((message, index) => (
            <MessageRow
              key={message.ID} device={device} message={message} focusable={message.ID === roving} newestOwn={message.ID === newestOwn}
              follows={messages[index - 1]?.from === message.from && !messages[index - 1]?.isRevoked}
              selected={selected?.has(message.ID)} selecting={selected !== undefined}
              onFocus={() => setCurrent(message.ID)} onMove={(by) => move(message.ID, by)} onMenu={setMenu} onRecall={() => recall([message])}
              onToggle={() => toggle(message.ID)} onReEdit={reEdit} onQuote={(ID) => focusRow(ID)}
            />
          ))}
        </ol>
      </div>
      {selected
        ? <SelectionBar count={selected.size} onCancel={() => { setSelected(undefined); focusRow(roving ?? ''); }} onRecall={() => recall(messages.filter((message) => selected.has(message.ID)))} />
        : <Composer device={device} conversation={conversation} suggest={messages.length === 0} field={composer} />}
      {menu && menuMessage && (
        <MessageMenu
          device={device} message={menuMessage} place={menu}
          onClose={() => { setMenu(undefined); focusRow(menuMessage.ID); }}
          onRecall={() => { setMenu(undefined); recall([menuMessage]); }}
          onReply={() => { setMenu(undefined); device.setReply(conversation, menuMessage); composer.current?.focus(); }}
          onSelect={() => { setMenu(undefined); focusRow(menuMessage.ID); setSelected(new Set(device.mayRecall(menuMessage) ? [menuMessage.ID] : [])); }}
        />
      )}
      {reasonFor && (
        <ReasonSheet
          name={nameOf(reasonFor.find((message) => message.flow === 'in')!.from)}
          onCancel={() => { const [message] = reasonFor; setReasonFor(undefined); focusRow(message!.ID); }}
          onRecall={(reason) => { setReasonFor(undefined); focusRow(reasonFor[0]!.ID); void device.recallAll(conversation, reasonFor, reason); }}
        />
      )}
    </div>
  );
}

function ThreadHead({ device, conversation }: { device: Device; conversation: string }) {
  const texts = useTexts();
  const unread = device.conversations.reduce((sum, each) => sum + (each.conversationID === conversation ? 0 : each.unreadCount), 0);
  return (
    <header class="thread-head">
      <button type="button" class="back" onClick={() => device.show('')} aria-label={unread > 0 ? `${texts.back}, ${texts.unread(unreadCount(unread))}` : texts.back}>
        <BackIcon />{unread > 0 && <span class="badge" aria-hidden="true">{unreadCount(unread)}</span>}
      </button>
      <Avatar conversation={conversation} />
      <div>
        <h2>{titleOf(texts, conversation, device.entry(conversation))}</h2>
        {conversation === `group_${GROUP}` && <p>{PEOPLE.map((user) => (user === device.user ? texts.you : nameOf(user))).join(', ')}</p>}
      </div>
    </header>
  );
}

function EmptyThread({ device, conversation }: { device: Device; conversation: string }) {
  const texts = useTexts();
  const seconds = device.recallWindowSeconds;
  return (
    <li class="empty">
      <Avatar conversation={conversation} />
      <p>{texts.noMessages}</p>
      {seconds > 0 && <p class="hint">{texts.recallWithin(duration(texts, seconds * 1000))}</p>}
    </li>
  );
}

/** Keeps the newest message in sight whatever grows or shrinks, unless the reader scrolled away from it. One's own newest message is always shown. */
function useStickToBottom(list: { current: HTMLDivElement | null }, newest: Message | undefined): void {
  const atBottom = useRef(true);
  useLayoutEffect(() => {
    const element = list.current!;
    const look = () => (atBottom.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_BOTTOM_PIXELS);
    const stick = () => atBottom.current && element.scrollTo({ top: element.scrollHeight });
    const sizes = new ResizeObserver(stick);
    for (const each of [element, ...element.children]) sizes.observe(each);
    element.addEventListener('scroll', look, { passive: true });
    return () => {
      sizes.disconnect();
      element.removeEventListener('scroll', look);
    };
  }, []);
  useLayoutEffect(() => {
    if (newest?.flow === 'out') atBottom.current = true;
    if (atBottom.current) list.current!.scrollTo({ top: list.current!.scrollHeight });
  }, [newest?.ID]);
}
