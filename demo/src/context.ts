import { createContext } from 'preact';
import { useContext, useEffect, useReducer, useState } from 'preact/hooks';
import type { Device } from './device.js';
import { type Language, type Texts, textsOf } from './texts.js';

export const LanguageContext = createContext<Language>('en');
export const useLanguage = (): Language => useContext(LanguageContext);
export const useTexts = (): Texts => textsOf(useLanguage());

/** Draws again when the device changed. */
export function useDevice(device: Device): void {
  const [, draw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => device.watch(() => draw(undefined)), [device]);
}

/** Draws again every quarter of a second while `running`, for countdowns. */
export function useTicks(running: boolean): void {
  const [, setTick] = useState(0);
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => setTick((tick) => tick + 1), 250);
    return () => clearInterval(timer);
  }, [running]);
}
