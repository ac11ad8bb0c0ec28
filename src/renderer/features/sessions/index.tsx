// The list of sessions, the head of one, and how agents are shown.

export { AgentMark } from './agent-mark.tsx';
export { agentLook } from './agents.ts';
export { SessionHeader } from './session-header.tsx';
export { SessionPanel } from './session-panel.tsx';
