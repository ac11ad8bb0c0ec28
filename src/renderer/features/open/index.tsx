// Opening files, folders and samples.

export { DropZone } from './drop-zone.tsx';
export { OpenButton } from './open-button.tsx';
export { OpenerProvider, useOpener } from './opener.tsx';
export { OpenStatus } from './open-status.tsx';
