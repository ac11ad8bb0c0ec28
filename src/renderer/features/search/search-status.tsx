import type { SearchStatus } from '../../../shared/contract/search.ts';
import { formatCount, plural } from '../../ui/format.ts';
import { Kbd } from '../../ui/kbd.tsx';
import { Spinner } from '../../ui/spinner.tsx';
import type { SearchState } from './search-store.ts';

/** How much was found, and how far the index is. */
export function SearchFoot({ state }: { readonly state: SearchState }) {
  const { status, unread } = state;
  return (
    <footer className="search-foot number">
      <output className="search-count" aria-live="polite">
        {found(state)}
      </output>
      {state.scanning && unread > 0 && (
        <span className="search-note">
          <Spinner size={11} /> Looking through what is not indexed yet
        </span>
      )}
      {!state.scanning && state.answered !== null && unread > 0 && (
        <span className="search-note search-note-partial">
          {formatCount(unread)} entries were not looked through yet
        </span>
      )}
      {status && <IndexState status={status} />}
      <span className="search-keys" aria-hidden="true">
        <Kbd>↑</Kbd>
        <Kbd>↓</Kbd> move <Kbd>Enter</Kbd> open <Kbd>Esc</Kbd> close
      </span>
    </footer>
  );
}

function found({ answered, total, groups }: SearchState): string {
  if (answered === null) return '';
  const sessions = plural(groups.length, 'session');
  if (total === null) return groups.length === 0 ? '' : `Counting… ${sessions} so far`;
  return total === 0 ? '' : plural(total, 'place');
}

/** Worth a word only while a good part is missing: what an agent writes now is in the index within a second. */
const WORTH_SAYING = 200;

function IndexState({ status }: { readonly status: SearchStatus }) {
  const { indexed, total, complete, failed } = status;
  if (failed !== null)
    return (
      <span className="search-note search-note-failed" title={failed}>
        No index: only the archive is searched
      </span>
    );
  if (complete || total - indexed < WORTH_SAYING) return null;
  const percent = Math.floor((indexed / total) * 100);
  return (
    <span className="search-note">
      <progress max={total} value={indexed} aria-label="Entries in the search index" />
      {percent} % of {formatCount(total)} entries indexed
    </span>
  );
}
