import { useDevice, useTexts } from './context.js';
import { ChatList } from './chats.js';
import type { Device, Notice } from './device.js';
import { AlertIcon, CloseIcon, OfflineIcon, TickIcon } from './icons.js';
import { Thread } from './thread.js';
import { failure, nameOf } from './words.js';

/** One phone: the chat list or a chat, a banner while there is no connection, and notices. `several`: its user has another one, too. */
export function Phone({ device, several }: { device: Device; several: boolean }) {
  useDevice(device);
  const texts = useTexts();
  return (
    <section class="phone" aria-label={texts.phoneOf(nameOf(device.user), device.number)} data-user={device.user} data-device={device.number} data-ready={device.ready}>
      <div class="screen">
        <div class={`status-bar ${several ? 'with-device' : ''}`} aria-hidden="true">
          <span>{texts.deviceOf(nameOf(device.user), several ? device.number : 0)}</span>
          <span class="island" />
          <span class={`signal ${device.state}`}><i /><i /><i /><i /></span>
        </div>
        <Banner device={device} />
        {device.open ? <Thread key={device.open} device={device} conversation={device.open} /> : <ChatList device={device} />}
        <div class="notices" role="status" aria-live="polite">{device.notice && <NoticeLine device={device} notice={device.notice} />}</div>
      </div>
    </section>
  );
}

function Banner({ device }: { device: Device }) {
  const texts = useTexts();
  let text = '';
  if (device.unreachable) text = texts.sessionFailed;
  else if (device.sessionOver) text = texts.errors.session;
  else if (device.network.offline) text = texts.offlineBanner;
  else if (device.ready && device.state !== 'connected') text = texts.waiting;
  return (
    <div class="banner-place" role="status">
      {text && (
        <p class="banner">
          <OfflineIcon /> <span>{text}</span>
          {(device.unreachable || device.sessionOver) && <button type="button" onClick={() => location.reload()}>{texts.reload}</button>}
        </p>
      )}
    </div>
  );
}

function NoticeLine({ device, notice }: { device: Device; notice: Notice }) {
  const texts = useTexts();
  const words = [];
  if (notice.recalled) words.push(texts.recalledSome(notice.recalled.done, notice.recalled.all));
  if (notice.copied) words.push(texts.copied);
  if (notice.error) words.push(failure(texts, notice.error, notice.message));
  const close = (event: MouseEvent) => {
    // The button goes away with the notice, and the focus must not.
    (event.currentTarget as HTMLElement).closest('.phone')?.querySelector<HTMLElement>('textarea, .chat')?.focus();
    device.notice = undefined;
    device.show(device.open);
  };
  return (
    <div class={`notice ${notice.error ? 'failed' : ''}`}>
      {notice.error ? <AlertIcon /> : <TickIcon />}
      <span>{words.join('. ')}</span>
      <button type="button" class="round" onClick={close} aria-label={texts.cancel}><CloseIcon /></button>
    </div>
  );
}
