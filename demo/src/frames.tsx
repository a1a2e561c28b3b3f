import { useEffect, useRef } from 'preact/hooks';
import { useDevice, useTexts } from './context.js';
import type { Device } from './device.js';
import { CloseIcon } from './icons.js';
import type { Frame } from './network.js';
import { nameOf } from './words.js';

interface Summary {
  title: string;
  detail: string;
  ok: boolean;
  full: string;
}

/** What a frame is about, in a few words. */
function summarise(text: string): Summary {
  try {
    const frame = JSON.parse(text);
    const title = frame.type === 'reply' ? `reply · ${frame.action}` : (frame.action ?? frame.type ?? 'frame');
    const detail = frame.error?.name ?? frame.conversation ?? frame.message?.conversation ?? (frame.id ? `#${frame.id}` : '');
    return { title, detail, ok: frame.ok !== false, full: JSON.stringify(frame, undefined, 2) };
  } catch {
    return { title: 'frame', detail: '', ok: true, full: text };
  }
}

/** Every frame of a device, newest first. */
export function FramesPanel({ device, several, onClose }: { device: Device; several: boolean; onClose: () => void }) {
  useDevice(device);
  const texts = useTexts();
  const { frames } = device.network;
  const title = texts.framesTitle(texts.deviceOf(nameOf(device.user), several ? device.number : 0));
  const panel = useRef<HTMLElement>(null);
  useEffect(() => panel.current?.scrollIntoView({ block: 'nearest', behavior: 'smooth' }), []);
  return (
    <aside ref={panel} class="frames" aria-label={title}>
      <div class="frames-head">
        <h2>{title}</h2>
        <button type="button" class="ghost" onClick={() => device.network.clear()}>{texts.clear}</button>
        <button type="button" class="ghost round" onClick={onClose} aria-label={texts.cancel}><CloseIcon /></button>
      </div>
      <p class="frames-hint">{texts.framesHint}</p>
      <ol class="frames-list" tabIndex={0} aria-label={texts.frames}>
        {frames.length === 0 && <li class="frames-none">{texts.noFrames}</li>}
        {frames.toReversed().map((frame) => <FrameLine key={frame.number} frame={frame} />)}
      </ol>
    </aside>
  );
}

function FrameLine({ frame }: { frame: Frame }) {
  const texts = useTexts();
  const time = frame.at.toISOString().slice(11, 23);
  if (frame.direction !== 'sent' && frame.direction !== 'received') {
    const words = { opened: texts.opened, closed: texts.closed, failed: texts.handshakeFailed }[frame.direction];
    return <li class="frame-state"><time>{time}</time> {words}</li>;
  }
  const { title, detail, ok, full } = summarise(frame.text);
  return (
    <li>
      <details class={`frame ${frame.direction} ${ok ? '' : 'refused'}`}>
        <summary>
          <span class="arrow" aria-label={frame.direction}>{frame.direction === 'sent' ? '↑' : '↓'}</span>
          <strong>{title}</strong> <span class="detail">{detail}</span> <time>{time}</time>
        </summary>
        <pre>{full}</pre>
      </details>
    </li>
  );
}
