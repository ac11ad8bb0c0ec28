// The graph of a session.

export { GraphView } from './graph-view.tsx';
