// Tokens and what they cost, over all sessions.

export { UsageView } from './usage-view.tsx';
