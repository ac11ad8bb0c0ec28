import {
  Brain,
  Info,
  type LucideIcon,
  MessageSquareText,
  Settings2,
  Shrink,
  TriangleAlert,
  User,
  Wrench,
} from 'lucide-react';
import type { SearchHit } from '../../../shared/contract/search.ts';

interface Look {
  readonly icon: LucideIcon;
  readonly name: string;
}

const looks: Readonly<Record<SearchHit['kind'], Look>> = {
  prompt: { icon: User, name: 'Prompt' },
  answer: { icon: MessageSquareText, name: 'Answer' },
  thinking: { icon: Brain, name: 'Thinking' },
  tool: { icon: Wrench, name: 'Tool' },
  system: { icon: Settings2, name: 'System text' },
  error: { icon: TriangleAlert, name: 'Error' },
  compaction: { icon: Shrink, name: 'Compaction' },
  notice: { icon: Info, name: 'Notice' },
};

/** What kind of entry it is: a sign and a word, the tool's own name for a call. */
export function HitKind({ hit }: { readonly hit: SearchHit }) {
  const { icon: Icon, name } = looks[hit.kind];
  return (
    <span className={`search-kind search-kind-${hit.kind} ${hit.failed ? 'is-failed' : ''}`}>
      <Icon aria-hidden="true" />
      <span className="truncate" title={hit.tool ?? name}>
        {hit.tool ?? name}
      </span>
      {hit.failed && <span className="visually-hidden">failed</span>}
    </span>
  );
}
