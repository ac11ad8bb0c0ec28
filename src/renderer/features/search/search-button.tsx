import { Search } from 'lucide-react';
import { useConnection } from '../../state/client-context.tsx';
import { Kbd } from '../../ui/kbd.tsx';
import { openSearch } from './search-screen.tsx';
import { searchStore } from './search-store.ts';
import './search-button.css';

const isMac = /mac/i.test(navigator.userAgent);

/** Looks like the field that it opens. */
export function SearchButton() {
  const { connection } = useConnection();
  return (
    <button
      type="button"
      className="search-button"
      aria-keyshortcuts="Control+K Meta+K"
      onClick={() => openSearch(searchStore(connection).asked.text)}
    >
      <Search aria-hidden="true" />
      <span>Search</span>
      <Kbd>{isMac ? '⌘K' : 'Ctrl K'}</Kbd>
    </button>
  );
}
