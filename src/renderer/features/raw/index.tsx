// The records of a session as they were read.

export { CodeView } from './code-view.tsx';
export { RawView } from './raw-view.tsx';
