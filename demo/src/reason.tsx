import { useEffect, useRef, useState } from 'preact/hooks';
import { useTexts } from './context.js';

const REASON_LIMIT_BYTES = 256;

/** Asks a moderator why. */
export function ReasonSheet({ name, onCancel, onRecall }: { name: string; onCancel: () => void; onRecall: (reason: string) => void }) {
  const texts = useTexts();
  const [reason, setReason] = useState('');
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const tooLong = new TextEncoder().encode(reason).length > REASON_LIMIT_BYTES;
  return (
    <div class="sheet-cover" role="dialog" aria-modal="true" aria-label={texts.reasonTitle(name)} onClick={onCancel} onKeyDown={(event) => event.key === 'Escape' && onCancel()}>
      <form class="sheet" onClick={(event) => event.stopPropagation()} onSubmit={(event) => { event.preventDefault(); if (!tooLong) onRecall(reason.trim()); }}>
        <h3>{texts.reasonTitle(name)}</h3>
        <input ref={field} value={reason} onInput={(event) => setReason(event.currentTarget.value)} placeholder={texts.reasonPlaceholder} aria-label={texts.reasonPlaceholder} aria-invalid={tooLong} />
        <div class="sheet-buttons">
          <button type="button" class="ghost" onClick={onCancel}>{texts.cancel}</button>
          <button type="submit" class="danger" disabled={tooLong}>{texts.recall}</button>
        </div>
      </form>
    </div>
  );
}
