// The panel that tells all about what is selected.

export { Inspector } from './inspector.tsx';
