import type { CSSProperties } from 'react';
import { agentLook } from './agents.ts';
import './agent-mark.css';

/** Two letters in a small square: which program was recorded. */
export function AgentMark({ agent, size = 20 }: { readonly agent: string; readonly size?: number }) {
  const { name, letters, hue } = agentLook(agent);
  const style = { '--agent-hue': hue, width: size, height: size, fontSize: size * 0.46 } as CSSProperties;
  return (
    <span className="agent-mark" style={style} title={name}>
      <span aria-hidden="true">{letters}</span>
      <span className="visually-hidden">{name}</span>
    </span>
  );
}
