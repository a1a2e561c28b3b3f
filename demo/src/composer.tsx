import { useLayoutEffect, useRef } from 'preact/hooks';
import { titleOf } from './chats.js';
import { useTexts } from './context.js';
import type { Device } from './device.js';
import { CloseIcon, PictureIcon, SendIcon } from './icons.js';
import { PICTURE_TYPES } from './pictures.js';
import { nameOf, summaryOf } from './words.js';

const TALLEST_PIXELS = 120;

/** Where messages are written. */
export function Composer({ device, conversation, suggest, field }: { device: Device; conversation: string; suggest: boolean; field: { current: HTMLTextAreaElement | null } }) {
  const texts = useTexts();
  const draft = device.drafts.get(conversation) ?? '';
  const reply = device.replies.get(conversation);
  const pictures = device.maxPictureBytes > 0;
  const send = () => {
    device.send(conversation, draft);
    field.current?.focus();
  };
  const fit = () => {
    const area = field.current!;
    area.style.height = 'auto';
    // What is not shown has no height to measure.
    if (area.scrollHeight > 0) area.style.height = `${Math.min(area.scrollHeight, TALLEST_PIXELS)}px`;
  };
  useLayoutEffect(fit, [draft]);
  useLayoutEffect(() => {
    let width = 0;
    const sizes = new ResizeObserver(([form]) => {
      if (form!.contentRect.width !== width) fit();
      width = form!.contentRect.width;
    });
    sizes.observe(field.current!.form!);
    return () => sizes.disconnect();
  }, []);

  return (
    <form class="composer" onSubmit={(event) => { event.preventDefault(); send(); }}>
      {suggest && device.ready && (
        <div class="suggestions">
          {texts.suggestions.map((text) => <button type="button" key={text} onClick={() => device.send(conversation, text)}>{text}</button>)}
        </div>
      )}
      {reply && (
        <p class="replying">
          <span><strong>{texts.replyingTo(reply.flow === 'out' ? texts.you : nameOf(reply.from))}</strong> {summaryOf(texts, reply)}</span>
          <button type="button" class="round" onClick={() => device.setReply(conversation, undefined)} aria-label={texts.cancel}><CloseIcon /></button>
        </p>
      )}
      <div class={`field ${pictures ? 'with-pictures' : ''}`}>
        {pictures && <PictureButton onPicture={(file) => { device.sendPicture(conversation, file); field.current?.focus(); }} />}
        <textarea
          ref={field} rows={1} value={draft} maxLength={4000} placeholder={texts.messagePlaceholder} aria-label={texts.messageLabel(titleOf(texts, conversation, device.entry(conversation)))}
          onPaste={(event) => { if (pictures) sendPictures(device, conversation, event.clipboardData, event); }}
          onInput={(event) => device.setDraft(conversation, event.currentTarget.value)}
          onKeyDown={(event) => { if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) { event.preventDefault(); send(); } }}
        />
        <button type="submit" class="send" aria-label={texts.send} disabled={!draft.trim()}><SendIcon /></button>
      </div>
    </form>
  );
}

/** Sends the pictures that were pasted or dropped. What is no picture goes on its usual way. */
export function sendPictures(device: Device, conversation: string, from: DataTransfer | null, event: Event): void {
  const files = [...(from?.files ?? [])].filter(({ type }) => PICTURE_TYPES.includes(type));
  if (files.length === 0) return;
  event.preventDefault();
  for (const file of files) device.sendPicture(conversation, file);
}

function PictureButton({ onPicture }: { onPicture: (file: File) => void }) {
  const texts = useTexts();
  const input = useRef<HTMLInputElement>(null);
  const choose = () => {
    for (const file of input.current!.files ?? []) onPicture(file);
    input.current!.value = ''; // The same picture can be chosen again.
  };
  return (
    <>
      <input ref={input} type="file" accept={PICTURE_TYPES.join(',')} multiple hidden onChange={choose} />
      <button type="button" class="picture-button round" aria-label={texts.sendPicture} title={texts.sendPicture} onClick={() => input.current!.click()}><PictureIcon /></button>
    </>
  );
}
