import { type PlacePatch, usePlace } from '../../state/place.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { shownText } from './shown-text.ts';

export interface Fact {
  readonly name: string;
  readonly value: string;
  /** Where a click on it leads. */
  readonly to?: PlacePatch;
  readonly copies?: boolean;
}

/** Names and values, two columns. */
export function Facts({ facts }: { readonly facts: readonly Fact[] }) {
  const { go } = usePlace();
  return (
    <dl className="inspector-facts number">
      {facts.map(({ name, value, to, copies }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            {to ? (
              <button type="button" className="inspector-link" onClick={() => go(to)}>
                {shownText(value)}
              </button>
            ) : (
              <span>{shownText(value)}</span>
            )}
            {copies === true && <CopyButton text={value} label={`Copy ${name.toLowerCase()}`} />}
          </dd>
        </div>
      ))}
    </dl>
  );
}
