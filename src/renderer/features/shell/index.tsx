// What holds the window together: the middle, banners, help, and what happens at the start.

export { Banners } from './banners.tsx';
export { Centre } from './centre.tsx';
export { ShortcutsDialog } from './shortcuts-dialog.tsx';
export { useStart } from './use-start.ts';
export { useWindowWidth } from './use-window-width.ts';
