// Looks at the start of a JSON document that may be cut off: its outermost keys, and the texts among their values.

export interface DocumentHead {
  readonly keys: ReadonlySet<string>;
  /** Values that are strings and stand whole in what was seen. */
  readonly texts: ReadonlyMap<string, string>;
}

/** Undefined where the text is not one JSON object, or the start of one. */
export function headOf(text: string): DocumentHead | undefined {
  const keys = new Set<string>();
  const texts = new Map<string, string>();
  const opening = /^\uFEFF?\s*\{/.exec(text);
  if (opening === null) return undefined;
  let at = opening[0].length;
  for (;;) {
    at = skip(text, at, /[\s,]*/y);
    if (at >= text.length) return { keys, texts };
    if (text[at] === '}') return /\S/.test(text.slice(at + 1)) ? undefined : { keys, texts };
    if (text[at] !== '"') return undefined;
    const keyEnd = endOfString(text, at);
    const key = parsed(text.slice(at, keyEnd));
    if (key === undefined) return { keys, texts };
    at = skip(text, keyEnd, /\s*:\s*/y);
    keys.add(key);
    const end = endOfValue(text, at);
    const value = text[at] === '"' ? parsed(text.slice(at, end)) : undefined;
    if (value !== undefined) texts.set(key, value);
    at = end;
  }
}

function parsed(literal: string): string | undefined {
  try {
    const value: unknown = JSON.parse(literal);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

function skip(text: string, at: number, pattern: RegExp): number {
  pattern.lastIndex = at;
  return at + (pattern.exec(text)?.[0].length ?? 0);
}

/** Index after the string that begins at `at`; the text's end where it is cut off. */
function endOfString(text: string, at: number): number {
  for (let i = at + 1; i < text.length; i += 1) {
    if (text[i] === '\\') i += 1;
    else if (text[i] === '"') return i + 1;
  }
  return text.length;
}

/** Index of the comma or bracket that ends the value, or the text's end. */
function endOfValue(text: string, at: number): number {
  let depth = 0;
  for (let i = at; i < text.length; i += 1) {
    switch (text[i]) {
      case '"':
        i = endOfString(text, i) - 1;
        break;
      case '{':
      case '[':
        depth += 1;
        break;
      case '}':
      case ']':
        if (depth === 0) return i;
        depth -= 1;
        break;
      case ',':
        if (depth === 0) return i;
        break;
      default:
    }
  }
  return text.length;
}
