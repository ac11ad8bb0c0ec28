// The records of a session as they were read.

export { RawView } from './raw-view.tsx';
