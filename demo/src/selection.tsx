import { useTexts } from './context.js';
import { RecallIcon } from './icons.js';

/** Stands in the composer's place while messages are selected. */
export function SelectionBar({ count, onCancel, onRecall }: { count: number; onCancel: () => void; onRecall: () => void }) {
  const texts = useTexts();
  return (
    <div class="selection" role="group" aria-label={texts.select}>
      <button type="button" class="ghost" onClick={onCancel}>{texts.cancel}</button>
      <span role="status">{count >= 10 ? texts.selectAtMost : texts.selected(count)}</span>
      <button type="button" class="danger" disabled={count === 0} onClick={onRecall}><RecallIcon /> {texts.recallSelected(count)}</button>
    </div>
  );
}
