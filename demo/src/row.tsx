import type { Message } from 'recall-web';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { useLanguage, useTexts, useTicks } from './context.js';
import type { Device } from './device.js';
import { AlertIcon, ClockIcon, MoreIcon, TickIcon } from './icons.js';
import type { MenuPlace } from './menu.js';
import { pictureOf } from './pictures.js';
import { countdown, nameOf, summaryOf, textOf, tombstoneText } from './words.js';

const HOLD_MILLISECONDS = 450;

export interface RowProperties {
  device: Device;
  message: Message;
  focusable: boolean;
  newestOwn: boolean;
  /** The message above is of the same sender. */
  follows: boolean;
  selected: boolean | undefined;
  selecting: boolean;
  onFocus: () => void;
  onMove: (by: number) => void;
  onMenu: (place: MenuPlace) => void;
  onRecall: () => void;
  onToggle: () => void;
  onReEdit: (text: string) => void;
  onQuote: (ID: string) => void;
}

/** One message, or the line that stands in its place once it is recalled. */
export function MessageRow(properties: RowProperties) {
  const { device, message, focusable, onFocus, onMove, onMenu, selecting, onToggle, selected } = properties;
  const row = useRef<HTMLLIElement>(null);
  const hold = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const size = useBubbleSize(row, message.isRevoked);
  const canSelect = selecting && device.mayRecall(message);

  const openMenu = (x?: number, y?: number) => {
    const bubble = row.current?.querySelector('.bubble')?.getBoundingClientRect();
    if (message.isRevoked || selecting || !bubble) return;
    onMenu({ ID: message.ID, x: x ?? bubble.left + bubble.width / 2, y: y ?? bubble.bottom + 4 });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== row.current) return;
    const { key } = event;
    if (key === 'ArrowUp' || key === 'ArrowDown') onMove(key === 'ArrowUp' ? -1 : 1);
    else if (key === 'Home' || key === 'End') onMove(key === 'Home' ? -Infinity : Infinity);
    else if ((key === 'Enter' || key === ' ') && canSelect) onToggle();
    else if (key === 'Enter' || key === ' ' || key === 'ContextMenu' || (key === 'F10' && event.shiftKey)) openMenu();
    else return;
    event.preventDefault();
  };
  const endHold = () => clearTimeout(hold.current);

  return (
    <li
      ref={row} class={`row ${message.flow} ${properties.follows ? 'follows' : ''} ${message.isRevoked ? 'is-revoked' : ''} ${canSelect ? 'can-select' : ''} ${selected ? 'is-selected' : ''}`}
      data-id={message.ID} tabIndex={focusable ? 0 : -1} onFocus={onFocus} onKeyDown={onKeyDown}
      onClick={() => canSelect && onToggle()}
      onContextMenu={(event) => { if (!message.isRevoked) { event.preventDefault(); openMenu(event.clientX, event.clientY); } }}
      onTouchStart={(event) => { const touch = event.touches[0]!; endHold(); hold.current = setTimeout(() => openMenu(touch.clientX, touch.clientY), HOLD_MILLISECONDS); }}
      onTouchEnd={endHold} onTouchMove={endHold} onTouchCancel={endHold}
    >
      {message.isRevoked ? <Tombstone {...properties} size={size.current} /> : <Bubble {...properties} onMenu={() => openMenu()} canSelect={canSelect} />}
    </li>
  );
}

/** How large the bubble was, so that the line in its place can shrink from it. The text itself is gone at once. */
function useBubbleSize(row: { current: HTMLLIElement | null }, isRevoked: boolean) {
  const size = useRef<{ width: number; height: number } | undefined>(undefined);
  useLayoutEffect(() => {
    const bubble = isRevoked ? null : row.current?.querySelector<HTMLElement>('.bubble');
    if (bubble) size.current = { width: bubble.offsetWidth, height: bubble.offsetHeight };
  });
  return size;
}

function Tombstone({ device, message, size, onReEdit }: RowProperties & { size: { width: number; height: number } | undefined }) {
  const texts = useTexts();
  const text = device.textToReEdit(message);
  const dead = device.pictures.deadAnswer(message);
  useTicks(text !== undefined);
  const style = size && { '--from-width': `${size.width}px`, '--from-height': `${size.height}px` };
  return (
    <p class={`tombstone ${size ? 'fresh' : ''}`} style={style}>
      <span class="ghost-bubble" aria-hidden="true" />
      <span class="tombstone-text">
        {tombstoneText(texts, message, device.user)}
        {message.revokeReason && <span class="reason">: {texts.reason(message.revokeReason)}</span>}
        {text !== undefined && <> · <button type="button" class="link" onClick={() => onReEdit(text)}>{texts.reEdit}</button></>}
      </span>
      {dead !== undefined && <small class="dead">{texts.addressIsDead(dead)}</small>}
    </p>
  );
}

function Bubble({ device, message, newestOwn, follows, selecting, canSelect, selected, onMenu, onRecall, onToggle, onQuote }: Omit<RowProperties, 'onMenu'> & { onMenu: () => void; canSelect: boolean }) {
  const texts = useTexts();
  const language = useLanguage();
  const mine = message.flow === 'out';
  const progress = device.progress(message);
  const left = device.recallableFor(message);
  const hasPicture = pictureOf(message) !== undefined || device.pictures.get(message) !== undefined;
  const chip = mine && !selecting && progress === undefined && left > 0 && left !== Infinity;
  useTicks(chip);
  const showName = !mine && message.conversationID.startsWith('group_') && !follows;
  const time = message.sentAt ? new Date(message.sentAt).toLocaleTimeString(language, { hour: '2-digit', minute: '2-digit', hour12: false }) : '';
  return (
    <>
      {canSelect && <input type="checkbox" class="select" checked={selected === true} onChange={onToggle} onClick={(event) => event.stopPropagation()} aria-label={`${texts.select}: ${summaryOf(texts, message)}`} />}
      <div class={`bubble ${progress ?? ''} ${hasPicture ? 'with-picture' : ''} ${hasPicture && !textOf(message) && !message.replyTo && !showName ? 'bare' : ''}`}>
        {showName && <span class="sender">{nameOf(message.from)}</span>}
        {message.replyTo && <Quote device={device} message={message} onQuote={onQuote} />}
        {hasPicture && <Picture device={device} message={message} />}
        {message.attachments?.filter((each) => each !== pictureOf(message)).map(({ attachmentID, name }) => <span key={attachmentID} class="file">{name}</span>)}
        <span class="text">{textOf(message)}</span>
        <span class="meta">
          <time>{time}</time>
          {mine && <Status progress={progress} />}
        </span>
      </div>
      {!selecting && (
        <div class="beside">
          {progress === 'failed' && <button type="button" class="chip" onClick={(event) => { event.currentTarget.closest('li')?.focus(); void device.deliver(message); }}>{texts.tryAgain}</button>}
          {chip && (
            <button type="button" class={`chip recall ${newestOwn ? 'always' : ''}`} onClick={onRecall}>
              {texts.recall} <span class="left" aria-hidden="true">{countdown(left)}</span>
            </button>
          )}
          <button type="button" class="more round" aria-haspopup="menu" aria-label={texts.menu} onClick={onMenu}><MoreIcon /></button>
        </div>
      )}
    </>
  );
}

/** The picture of a message: it comes when it is shown. */
function Picture({ device, message }: { device: Device; message: Message }) {
  const texts = useTexts();
  const picture = pictureOf(message);
  const held = device.pictures.get(message);
  useEffect(() => device.fetchPicture(message), [message.ID, message.sentAt, held === undefined]);
  if (held?.failed) {
    return <span class="picture none">{texts.noPicture} <button type="button" class="link" onClick={() => device.pictures.retry(message.ID)}>{texts.tryAgain}</button></span>;
  }
  const done = held?.done ?? 0;
  return (
    <span class="picture">
      {held?.url
        ? <img src={held.url} alt={picture ? texts.pictureOf(picture.name) : texts.picture} draggable={false} />
        : <span class="placeholder" role="img" aria-label={texts.loadingPicture} />}
      {done < 1 && <progress value={done} aria-label={device.progress(message) ? texts.sending : texts.loadingPicture} />}
    </span>
  );
}

function Status({ progress }: { progress: string | undefined }) {
  const texts = useTexts();
  if (progress === 'failed') return <span class="status failed" title={texts.notSent}><AlertIcon /><span class="hidden">{texts.notSent}</span></span>;
  if (progress) {
    const words = progress === 'recalling' ? texts.recalling : texts.sending;
    return <span class="status" title={words}><ClockIcon /><span class="hidden">{words}</span></span>;
  }
  return <span class="status" title={texts.sent}><TickIcon /><span class="hidden">{texts.sent}</span></span>;
}

/** The message that this one answers: by its ID only, so that its recall takes the text from here too. */
function Quote({ device, message, onQuote }: { device: Device; message: Message; onQuote: (ID: string) => void }) {
  const texts = useTexts();
  const quoted = device.find(message.conversationID, message.replyTo!);
  if (!quoted) return <span class="quote missing">{texts.quoteMissing}</span>;
  if (quoted.isRevoked) return <span class="quote missing">{texts.quoteRecalled}</span>;
  return (
    <button type="button" class="quote" onClick={() => onQuote(quoted.ID)}>
      <strong>{quoted.flow === 'out' ? texts.you : nameOf(quoted.from)}</strong> {summaryOf(texts, quoted)}
    </button>
  );
}
