import type { Message } from 'recall-web';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useTexts, useTicks } from './context.js';
import type { Device } from './device.js';
import { CopyIcon, RecallIcon, ReplyIcon, SelectIcon } from './icons.js';
import { countdown, textOf, windowOf } from './words.js';

/** Where a menu opens, in pixels of the window, and for which message. */
export interface MenuPlace {
  ID: string;
  x: number;
  y: number;
}

interface MenuProperties {
  device: Device;
  message: Message;
  place: MenuPlace;
  onClose: () => void;
  onRecall: () => void;
  onReply: () => void;
  onSelect: () => void;
}

const EDGE_PIXELS = 10;

/** What can be done with a message. Recall counts down; a window that is over is said, not hidden. */
export function MessageMenu({ device, message, place, onClose, onRecall, onReply, onSelect }: MenuProperties) {
  const texts = useTexts();
  const menu = useRef<HTMLDivElement>(null);
  const [position, setPosition] = useState<{ left: string; top: string } | undefined>();
  useTicks(true);

  useLayoutEffect(() => {
    const screen = menu.current!.closest('.screen')!.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = menu.current!;
    const left = Math.max(EDGE_PIXELS, Math.min(place.x - screen.left - width / 2, screen.width - width - EDGE_PIXELS));
    const [below, above] = [place.y - screen.top, place.y - screen.top - height];
    const top = Math.max(EDGE_PIXELS, below + height + EDGE_PIXELS <= screen.height ? below : above);
    setPosition({ left: `${left}px`, top: `${top}px` });
  }, [place]);
  useEffect(() => {
    if (position) menu.current?.querySelector<HTMLElement>('[role=menuitem]')?.focus(); // hidden, it cannot be
  }, [position]);

  const onKeyDown = (event: KeyboardEvent) => {
    const items = [...menu.current!.querySelectorAll<HTMLElement>('[role=menuitem]')];
    const index = items.indexOf(document.activeElement as HTMLElement);
    if (event.key === 'Escape' || event.key === 'Tab') onClose();
    else if (event.key === 'ArrowDown') items[(index + 1) % items.length]!.focus();
    else if (event.key === 'ArrowUp') items[(index - 1 + items.length) % items.length]!.focus();
    else if (event.key === 'Home') items[0]!.focus();
    else if (event.key === 'End') items.at(-1)!.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const copy = () => {
    navigator.clipboard?.writeText(textOf(message)).then(() => device.notify({ copied: true }), () => {});
    onClose();
  };

  return (
    <div class="menu-cover" onClick={onClose} onContextMenu={(event) => { event.preventDefault(); onClose(); }}>
      <div ref={menu} class="menu" role="menu" aria-label={texts.menu} onKeyDown={onKeyDown} onClick={(event) => event.stopPropagation()} style={position ?? { visibility: 'hidden' }}>
        {device.mayRecall(message) && <RecallItem device={device} message={message} onRecall={onRecall} />}
        <button type="button" role="menuitem" tabIndex={-1} onClick={onReply}><ReplyIcon /> {texts.reply}</button>
        {textOf(message) && <button type="button" role="menuitem" tabIndex={-1} onClick={copy}><CopyIcon /> {texts.copy}</button>}
        <button type="button" role="menuitem" tabIndex={-1} onClick={onSelect}><SelectIcon /> {texts.select}</button>
      </div>
    </div>
  );
}

function RecallItem({ device, message, onRecall }: { device: Device; message: Message; onRecall: () => void }) {
  const texts = useTexts();
  const left = device.recallableFor(message);
  const unsent = device.progress(message) !== undefined;
  let hint = '';
  let over = false;
  if (message.flow === 'in' || (left === 0 && device.isModerator(message.conversationID))) hint = texts.asModerator;
  else if (left === Infinity) hint = texts.noLimit;
  else if (left > 0) hint = texts.countdown(countdown(left));
  else if (!unsent) {
    over = true;
    hint = message.recallableUntil > 0 ? texts.windowOver(windowOf(texts, message)) : '';
  }
  return (
    <button type="button" role="menuitem" tabIndex={-1} class={`recall ${over ? 'over' : ''}`} onClick={onRecall}>
      <RecallIcon /> <span>{texts.recall}</span> {hint && <small>{hint}</small>}
    </button>
  );
}
