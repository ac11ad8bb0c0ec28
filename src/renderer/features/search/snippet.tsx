import { Fragment } from 'react';

interface SnippetProps {
  readonly text: string;
  /** [start, end) in UTF-16 units, ascending. */
  readonly ranges: readonly (readonly [number, number])[];
}

/** A line of recorded text with what was found marked; text only, whatever it says. */
export function Snippet({ text, ranges }: SnippetProps) {
  return (
    <span className="search-snippet" dir="auto">
      {ranges.map(([start, end], index) => (
        <Fragment key={start}>
          {text.slice(ranges[index - 1]?.[1] ?? 0, start)}
          <mark>{text.slice(start, end)}</mark>
        </Fragment>
      ))}
      {text.slice(ranges.at(-1)?.[1] ?? 0)}
    </span>
  );
}
