import type { SpanKind } from '../../shared/model/span.ts';
import './kind-icon.css';

interface KindIconProps {
  readonly kind: SpanKind;
  /** The session's own agent span, which has a colour of its own. */
  readonly root?: boolean;
  readonly size?: number;
}

/** The shape and colour of a kind of span: circle (agent), rectangle (LLM call), hexagon (tool), diamond (phase). */
export function KindIcon({ kind, root = false, size = 12 }: KindIconProps) {
  return (
    <svg
      className={`kind-icon kind-icon-${kind === 'agent' && root ? 'orchestrator' : kind}`}
      width={size}
      height={size}
      viewBox="0 0 12 12"
      aria-hidden="true"
    >
      {shapes[kind]}
    </svg>
  );
}

/** The name of a kind for people. */
export const kindNames: Readonly<Record<SpanKind, string>> = {
  agent: 'Agent',
  llm: 'LLM call',
  tool: 'Tool',
  phase: 'Phase',
};

const shapes = {
  agent: <circle cx="6" cy="6" r="5" />,
  llm: <rect x="0.5" y="2" width="11" height="8" rx="1.8" />,
  tool: <path d="M3.2 1.2h5.6L11.6 6 8.8 10.8H3.2L.4 6z" />,
  phase: <path d="M6 .6 11.4 6 6 11.4.6 6z" />,
} as const;
