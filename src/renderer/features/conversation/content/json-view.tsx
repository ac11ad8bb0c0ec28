import { ChevronRight } from 'lucide-react';
import { isObject } from '../../../../shared/base/json.ts';
import { formatCount, plural } from '../../../ui/format.ts';
import { visibleText } from '../text/visible-text.ts';
import { LongText } from './long-text.tsx';
import { FoldScope } from './fold.tsx';
import { useFold } from './use-fold.ts';

interface JsonViewProps {
  readonly value: unknown;
  /** Levels that are open at first. */
  readonly open?: number;
}

/**
 * A JSON value as a tree that opens level by level: what is folded is not rendered, so neither depth nor size can
 * stop the window.
 */
export function JsonView({ value, open = 1 }: JsonViewProps) {
  const entries = entriesOf(value);
  return (
    <div className="conversation-json" dir="ltr">
      {entries === undefined ? (
        <Scalar name="value" value={value} />
      ) : entries.length === 0 ? (
        <span className="conversation-json-quiet">{Array.isArray(value) ? '[ ] empty list' : '{ } empty object'}</span>
      ) : (
        <Members entries={entries} open={open - 1} />
      )}
    </div>
  );
}

const PAGE = 100;

interface MembersProps {
  readonly entries: readonly (readonly [string, unknown])[];
  readonly open: number;
}

function Members({ entries, open }: MembersProps) {
  const [all, toggle] = useFold('all', false);
  const shown = all ? entries : entries.slice(0, PAGE);
  return (
    <ul className="conversation-json-members">
      {shown.map(([key, value]) => (
        <li key={key}>
          <FoldScope name={key}>
            <Member name={key} value={value} open={open} />
          </FoldScope>
        </li>
      ))}
      {entries.length > PAGE && !all && (
        <li>
          <button type="button" className="conversation-json-more" aria-expanded={false} onClick={toggle}>
            Show {formatCount(entries.length - PAGE)} more
          </button>
        </li>
      )}
    </ul>
  );
}

interface MemberProps {
  readonly name: string;
  readonly value: unknown;
  readonly open: number;
}

function Member({ name, value, open: levels }: MemberProps) {
  const entries = entriesOf(value);
  const [open, toggle] = useFold('open', levels > 0);
  const label = <bdi className="conversation-json-key">{visibleText(name)}</bdi>;
  if (entries === undefined || entries.length === 0)
    return (
      <div className="conversation-json-line">
        {label}
        {entries === undefined ? (
          <Scalar name="text" value={value} />
        ) : (
          <span className="conversation-json-quiet">{Array.isArray(value) ? '[ ]' : '{ }'}</span>
        )}
      </div>
    );
  return (
    <>
      <button type="button" className="conversation-json-toggle" aria-expanded={open} onClick={toggle}>
        <ChevronRight className="conversation-chevron" aria-hidden="true" />
        {label}
        <span className="conversation-json-quiet">
          {Array.isArray(value) ? plural(entries.length, 'item') : plural(entries.length, 'field')}
        </span>
      </button>
      {open && <Members entries={entries} open={levels - 1} />}
    </>
  );
}

function Scalar({ name, value }: { readonly name: string; readonly value: unknown }) {
  if (typeof value === 'string' && (value.includes('\n') || value.length > 400))
    return (
      <LongText
        name={name}
        text={visibleText(value)}
        head={12}
        tail={3}
        render={piece => <pre className="conversation-json-text">{piece}</pre>}
      />
    );
  if (typeof value === 'string')
    return (
      <bdi className="conversation-json-string" dir="auto">
        {value === '' ? '""' : visibleText(value)}
      </bdi>
    );
  return <span className="conversation-json-atom">{String(value)}</span>;
}

/** Members of an object or a list, by name or place; undefined for anything else. */
function entriesOf(value: unknown): readonly (readonly [string, unknown])[] | undefined {
  if (Array.isArray(value)) return value.map((item: unknown, index) => [String(index), item] as const);
  return isObject(value) ? Object.entries(value) : undefined;
}
