import { Fragment } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { LanguageContext, useDevice, useTexts } from './context.js';
import { Device } from './device.js';
import { FramesPanel } from './frames.js';
import { BellIcon, CloseIcon, DeviceIcon, FramesIcon, LinkIcon, MoonIcon, OfflineIcon, OnlineIcon, SunIcon } from './icons.js';
import { Phone } from './phone.js';
import { type Language, textsOf } from './texts.js';
import { nameOf } from './words.js';

type Theme = 'light' | 'dark';

const remembered = (name: string): string | null => {
  try {
    return localStorage.getItem(name);
  } catch {
    return null; // a page without storage works, it only forgets
  }
};
const remember = (name: string, value: string): void => {
  try {
    localStorage.setItem(name, value);
  } catch {
    // see above
  }
};

const firstLanguage = (asked: string | undefined): Language =>
  (asked ?? remembered('language') ?? navigator.language).startsWith('zh') ? 'zh' : 'en';
const firstTheme = (): Theme => {
  const chosen = remembered('theme');
  if (chosen === 'light' || chosen === 'dark') return chosen;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
};

function firstDevices(user: string | undefined, openWith: string | undefined): Device[] {
  const devices = user ? [new Device(user, 1)] : [new Device('alice', 1), new Device('bob', 1)];
  if (user) devices[0]!.open = openWith ? `c2c_${openWith}` : '';
  else for (const device of devices) device.open = device.user === 'alice' ? 'c2c_bob' : 'c2c_alice';
  return devices;
}

/** The page: one line that says what to try, and the phones. */
export function App({ user, openWith, language: asked }: { user: string | undefined; openWith: string | undefined; language: string | undefined }) {
  const [language, setLanguage] = useState<Language>(() => firstLanguage(asked));
  const [theme, setTheme] = useState<Theme>(firstTheme);
  const first = useMemo(() => firstDevices(user, openWith), []);
  const [devices, setDevices] = useState(first);
  const [shown, setShown] = useState<Device>(first[0]!);
  const [framesOf, setFramesOf] = useState<Device | undefined>();
  const texts = textsOf(language);

  useEffect(() => {
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
    document.documentElement.dataset.theme = theme;
  }, [language, theme]);

  const addDevice = (of: string) => {
    const number = Math.max(...devices.filter((device) => device.user === of).map((device) => device.number)) + 1;
    const added = new Device(of, number);
    added.open = devices.find((device) => device.user === of)?.open ?? '';
    const place = devices.findLastIndex((device) => device.user === of) + 1;
    setDevices(devices.toSpliced(place, 0, added));
    setShown(added);
  };
  const removeDevice = (gone: Device) => {
    gone.close();
    const left = devices.filter((device) => device !== gone);
    const other = left.find((device) => device.user === gone.user) ?? left[0]!;
    setDevices(left);
    setShown(other);
    if (framesOf === gone) setFramesOf(undefined);
    focusControl(other, 'second');
  };
  const closeFrames = (of: Device) => {
    setFramesOf(undefined);
    focusControl(of, 'frames');
  };
  const several = (of: Device) => devices.filter((device) => device.user === of.user).length > 1;
  const changeLanguage = () => {
    const next = language === 'zh' ? 'en' : 'zh';
    remember('language', next);
    setLanguage(next);
  };
  const changeTheme = () => {
    const next = theme === 'dark' ? 'light' : 'dark';
    remember('theme', next);
    setTheme(next);
  };
  const nextTheme = theme === 'dark' ? texts.light : texts.dark;

  return (
    <LanguageContext.Provider value={language}>
      <header class="top">
        <h1 class="brand"><img src="./icon.svg" alt="" width="32" height="32" /> Recall</h1>
        <p class="tagline">{devices.length > 1 ? texts.tagline : texts.taglineAlone}</p>
        <div class="settings">
          <button type="button" class="ghost" onClick={changeLanguage} lang={language === 'zh' ? 'en' : 'zh'}>{texts.language}</button>
          <button type="button" class="ghost round" onClick={changeTheme} aria-label={texts.themeLabel(nextTheme)}>{theme === 'dark' ? <SunIcon /> : <MoonIcon />}</button>
        </div>
      </header>
      {devices.length > 1 && (
        <nav class="tabs" aria-label={texts.chats}>
          {devices.map((device) => (
            <button type="button" key={device.user + device.number} aria-pressed={device === shown} onClick={() => setShown(device)}>
              {texts.deviceOf(nameOf(device.user), several(device) ? device.number : 0)}
            </button>
          ))}
        </nav>
      )}
      <main class="stage">
        {devices.map((device) => (
          <Fragment key={device.user + device.number}>
            <div class="place" data-shown={device === shown}>
              <Phone device={device} several={several(device)} />
              <Controls
                device={device} alone={user !== undefined} framesShown={framesOf === device}
                onFrames={() => setFramesOf(framesOf === device ? undefined : device)}
                onSecond={() => addDevice(device.user)} onClose={device.number > 1 ? () => removeDevice(device) : undefined}
              />
            </div>
            {framesOf === device && (
              <div class="place" data-shown={device === shown}>
                <FramesPanel device={device} several={several(device)} onClose={() => closeFrames(device)} />
              </div>
            )}
          </Fragment>
        ))}
      </main>
    </LanguageContext.Provider>
  );
}

/** Where the keyboard goes when what had the focus is gone: to a control of a phone, once it is drawn. */
const focusControl = (of: Device, control: string): void => {
  requestAnimationFrame(() => {
    document.querySelector<HTMLElement>(`.controls[data-user="${of.user}"][data-device="${of.number}"] [data-control="${control}"]`)?.focus();
  });
};

interface ControlsProperties {
  device: Device;
  alone: boolean;
  framesShown: boolean;
  onFrames: () => void;
  onSecond: () => void;
  onClose: (() => void) | undefined;
}

/** What can be done to a phone from outside. */
function Controls({ device, alone, framesShown, onFrames, onSecond, onClose }: ControlsProperties) {
  useDevice(device);
  const texts = useTexts();
  const { offline } = device.network;
  return (
    <div class="controls" role="group" aria-label={texts.phoneOf(nameOf(device.user), device.number)} data-user={device.user} data-device={device.number}>
      <button type="button" class={offline ? 'is-offline' : ''} aria-pressed={offline} onClick={() => device.network.setOffline(!offline)}>
        {offline ? <OnlineIcon /> : <OfflineIcon />} {offline ? texts.goOnline : texts.goOffline}
      </button>
      {onClose
        ? <button type="button" onClick={onClose}><CloseIcon /> {texts.closeDevice}</button>
        : <button type="button" data-control="second" onClick={onSecond}><DeviceIcon /> {texts.secondDevice}</button>}
      {device.canNotify && (
        <button type="button" data-control="notifications" aria-pressed={device.notifications === 'on'} disabled={device.notifications === 'asking'} title={texts.notificationsHint} onClick={() => void device.switchNotifications()}>
          <BellIcon /> {texts.notifications[device.notifications]}
        </button>
      )}
      <button type="button" data-control="frames" aria-pressed={framesShown} onClick={onFrames}><FramesIcon /> {texts.frames}</button>
      {!alone && <a class="button round" href={`?user=${device.user}`} target="_blank" rel="noreferrer" aria-label={`${texts.alone}: ${nameOf(device.user)}`} title={texts.alone}><LinkIcon /></a>}
    </div>
  );
}
