import { searchOperators } from '../../../shared/model/search-query.ts';

/** What can be typed, each with an example that goes into the field when it is clicked. */
export function SearchHints({ onPick }: { readonly onPick: (example: string) => void }) {
  return (
    <div className="search-hints">
      <p>
        Searches every prompt, answer, thought, tool call and its output, of all sessions. All words must be there, each
        anywhere in one entry.
      </p>
      <ul aria-label="What can be typed">
        {searchOperators.map(({ example, what }) => (
          <li key={example}>
            <button type="button" onClick={() => onPick(example)}>
              <code>{example}</code>
              <span>{what}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
