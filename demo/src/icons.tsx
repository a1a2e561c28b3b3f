import type { ComponentChildren } from 'preact';

const icon = (shape: ComponentChildren) => () => (
  <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">
    {shape}
  </svg>
);

export const RecallIcon = icon(<path d="M9 6 4 11l5 5M4.5 11H15a5 5 0 0 1 0 10h-4" />);
export const ReplyIcon = icon(<path d="M10 7 4 12l6 5v-3.2c5 0 8 1.4 10 4.2-.6-5-3.6-9-10-9.6z" />);
export const CopyIcon = icon(<><rect x="8.5" y="8.5" width="11.5" height="11.5" rx="2.5" /><path d="M15.5 8.500V6a2 2 0 0 0-2-2H6a2 2 0 0 0-2 2v7.5a2 2 0 0 0 2 2h2.5" /></>);
export const SelectIcon = icon(<><circle cx="12" cy="12" r="8.5" /><path d="m8.5 12 2.5 2.5 4.5-5" /></>);
export const BackIcon = icon(<path d="m14.5 5-7 7 7 7" />);
export const PictureIcon = icon(<><rect x="3.5" y="4.5" width="17" height="15" rx="3" /><circle cx="9" cy="10" r="1.6" /><path d="m4.5 17.5 4.8-4.2 3.2 2.7 3.500-3.500 4 4" /></>);
export const SendIcon = icon(<path d="M12 19V5.500M6 11l6-6 6 6" />);
export const CloseIcon = icon(<path d="m6.5 6.5 11 11m0-11-11 11" />);
export const ClockIcon = icon(<><circle cx="12" cy="12" r="8.5" /><path d="M12 7.500V12l3 2" /></>);
export const TickIcon = icon(<path d="m5 12.5 4.5 4.500L19 7.5" />);
export const AlertIcon = icon(<><circle cx="12" cy="12" r="8.5" /><path d="M12 8v4.500M12 16h.01" /></>);
export const OfflineIcon = icon(<path d="m3.5 3.5 17 17M8.5 16.2a5 5 0 0 1 6.3-.6M5 12.5a10 10 0 0 1 4.5-2.6m5 .1a10 10 0 0 1 4.5 2.5M2 9a15 15 0 0 1 4.5-3m5-1A15 15 0 0 1 22 9M12 20h.01" />);
export const OnlineIcon = icon(<path d="M8.5 16.2a5 5 0 0 1 7 0M5 12.5a10 10 0 0 1 14 0M2 9a15 15 0 0 1 20 0M12 20h.01" />);
export const DeviceIcon = icon(<><rect x="3" y="4" width="10.5" height="16" rx="2.5" /><path d="M17 8v8m-4-4h8" transform="translate(1)" /></>);
export const FramesIcon = icon(<path d="M7 20V5m0 0L3.5 8.500M7 5l3.5 3.500M17 4v15m0 0 3.5-3.500M17 19l-3.5-3.5" />);
export const SunIcon = icon(<><circle cx="12" cy="12" r="4" /><path d="M12 3v1.500M12 19.500V21M3 12h1.500M19.5 12H21M5.6 5.6l1.1 1.1m10.6 10.6 1.1 1.1m0-12.8-1.1 1.100M6.7 17.3l-1.1 1.1" /></>);
export const MoonIcon = icon(<path d="M20 14.500A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z" />);
export const MoreIcon = icon(<path d="M12 6h.01M12 12h.01M12 18h.01" stroke-width="3" />);
export const LinkIcon = icon(<path d="M13.5 4.5h6v6m0-6-8.5 8.500M17 14.500V17a2.5 2.5 0 0 1-2.5 2.500H7A2.5 2.5 0 0 1 4.5 17V9.500A2.5 2.5 0 0 1 7 7h2.5" />);
export const BellIcon = icon(<path d="M18 9.500a6 6 0 0 0-12 0c0 6-2.500 7-2.500 7h17s-2.500-1-2.500-7M10 20a2.200 2.200 0 0 0 4 0" />);
export const GroupIcon = icon(<><circle cx="9" cy="8.5" r="3.5" /><path d="M2.5 19.5c.5-4 3-6 6.5-6s6 2 6.5 6M15.5 5.3a3.5 3.5 0 0 1 0 6.400M18 14c2 .7 3.2 2.6 3.5 5.5" /></>);
