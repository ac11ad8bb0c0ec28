import { CopyButton } from '../../ui/copy-button.tsx';

/** What else the record says: names as the source or the conventions have them. */
export function Attributes({ attrs }: { readonly attrs: Readonly<Record<string, unknown>> }) {
  const entries = Object.entries(attrs).toSorted(([a], [b]) => a.localeCompare(b));
  if (entries.length === 0) return null;
  return (
    <section className="inspector-section" aria-label="Attributes">
      <h3 className="inspector-heading">
        Attributes
        <CopyButton text={JSON.stringify(attrs, null, 2)} label="Copy all attributes" />
      </h3>
      <dl className="inspector-attributes">
        {entries.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{inWords(value)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

const longest = 2000;

function inWords(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}
