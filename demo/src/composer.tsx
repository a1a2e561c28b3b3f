import { useLayoutEffect } from 'preact/hooks';
import { titleOf } from './chats.js';
import { useTexts } from './context.js';
import type { Device } from './device.js';
import { CloseIcon, SendIcon } from './icons.js';
import { nameOf, textOf } from './words.js';

const TALLEST_PIXELS = 120;

/** Where messages are written. */
export function Composer({ device, conversation, suggest, field }: { device: Device; conversation: string; suggest: boolean; field: { current: HTMLTextAreaElement | null } }) {
  const texts = useTexts();
  const draft = device.drafts.get(conversation) ?? '';
  const reply = device.replies.get(conversation);
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
          <span><strong>{texts.replyingTo(reply.flow === 'out' ? texts.you : nameOf(reply.from))}</strong> {textOf(reply)}</span>
          <button type="button" class="round" onClick={() => device.setReply(conversation, undefined)} aria-label={texts.cancel}><CloseIcon /></button>
        </p>
      )}
      <div class="field">
        <textarea
          ref={field} rows={1} value={draft} maxLength={4000} placeholder={texts.messagePlaceholder} aria-label={texts.messageLabel(titleOf(texts, conversation, device.entry(conversation)))}
          onInput={(event) => device.setDraft(conversation, event.currentTarget.value)}
          onKeyDown={(event) => { if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) { event.preventDefault(); send(); } }}
        />
        <button type="submit" class="send" aria-label={texts.send} disabled={!draft.trim()}><SendIcon /></button>
      </div>
    </form>
  );
}
