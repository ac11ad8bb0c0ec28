import { visibleText } from '../text/visible-text.ts';
import { LongText } from './long-text.tsx';

interface PlainTextProps {
  readonly name: string;
  readonly text: string;
  readonly fold?: { readonly head: number; readonly tail: number };
}

/** Text as it was typed: its line breaks kept, nothing in it obeyed, its direction its own. */
export function PlainText({ name, text, fold = { head: 24, tail: 4 } }: PlainTextProps) {
  return (
    <div className="conversation-plain">
      <LongText
        name={name}
        text={visibleText(text)}
        {...fold}
        render={piece => (
          <p className="conversation-plain-text" dir="auto">
            {piece}
          </p>
        )}
      />
    </div>
  );
}
