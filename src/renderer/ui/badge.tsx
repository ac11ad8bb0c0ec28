import type { ReactNode } from 'react';
import './badge.css';

export type BadgeTone =
  | 'neutral'
  | 'good'
  | 'warn'
  | 'bad'
  | 'accent'
  | 'orchestrator'
  | 'agent'
  | 'llm'
  | 'tool'
  | 'phase';

interface BadgeProps {
  readonly tone?: BadgeTone;
  readonly title?: string;
  readonly children: ReactNode;
}

/** A word or a number in a small box. */
export function Badge({ tone = 'neutral', title, children }: BadgeProps) {
  return (
    <span className={`badge badge-${tone}`} title={title}>
      {children}
    </span>
  );
}
