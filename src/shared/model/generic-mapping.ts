// A mapping tells Playhead which field of a JSON Lines log is what. People write it by hand: docs/generic-mapping.md
// describes every field, and what is wrong with one is said in words that name the field.

import { z } from 'zod';

/** Files with this ending hold a mapping for the logs beside them. */
export const MAPPING_SUFFIX = '.playhead-map.json';

/** Four kinds of spans, a message of the conversation, a point in time, and the end of the span with the record's id. */
export const mappedKinds = ['agent', 'llm', 'tool', 'phase', 'message', 'event', 'end'] as const;
export type MappedKind = (typeof mappedKinds)[number];

export type PathStep = string | number;

/**
 * The steps of a path such as `message.content[0].text` or `attributes["gen_ai.system"]`; undefined where it is none.
 * Names between dots may hold anything but dots, brackets and quotes.
 */
export function parsePath(path: string): readonly PathStep[] | undefined {
  const steps: PathStep[] = [];
  const token = /\.?([^.[\]"]+)|\[(\d{1,9})\]|\[("(?:[^"\\]|\\.)*")\]/y;
  while (token.lastIndex < path.length) {
    const first = token.lastIndex === 0;
    const found = token.exec(path);
    if (found === null) return undefined;
    const [whole, name, index, quoted] = found;
    if (name !== undefined && whole.startsWith('.') === first) return undefined;
    const step = name ?? (index === undefined ? unquoted(quoted) : Number(index));
    if (step === undefined) return undefined;
    steps.push(step);
  }
  return steps.length === 0 ? undefined : steps;
}

function unquoted(literal: string | undefined): string | undefined {
  try {
    return JSON.parse(literal ?? '') as string;
  } catch {
    return undefined;
  }
}

const notAPath = 'must be a path such as "message.content[0].text"';
const path = z.string({ error: notAPath }).refine(text => parsePath(text) !== undefined, { error: notAPath });
const kind = z.enum(mappedKinds, { error: `must be one of ${mappedKinds.join(', ')}` });

const literal = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const condition = z.union([literal, z.array(literal), z.strictObject({ present: z.boolean() })], {
  error: 'must be a value, a list of values, or {"present": true}',
});

export const genericMappingSchema = z.strictObject({
  playheadMap: z.literal(1, { error: 'must be 1, the version of this mapping format' }),
  /** Names the agent in lists and the format in the store. */
  agent: z.string({ error: 'must be a name' }).regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/, {
    error: 'must be a name of letters, digits, dots, dashes and underscores, at most 60',
  }),
  match: z.record(path, condition).optional(),
  session: path.optional(),
  id: path.optional(),
  parent: path.optional(),
  time: path.optional(),
  end: path.optional(),
  durationMs: path.optional(),
  kind: z
    .union([kind, z.strictObject({ path, map: z.record(z.string(), kind).optional(), default: kind.optional() })], {
      error: `must be one of ${mappedKinds.join(', ')}, or {"path", "map", "default"}`,
    })
    .optional(),
  name: path.optional(),
  text: path.optional(),
  role: path.optional(),
  model: path.optional(),
  tokens: z
    .strictObject({
      input: path.optional(),
      output: path.optional(),
      cacheRead: path.optional(),
      cacheCreation: path.optional(),
      reasoning: path.optional(),
      /** True: `input` counts what was read from and written to a cache as well (OpenAI's way of counting). */
      inputIncludesCache: z.boolean({ error: 'must be true or false' }).optional(),
    })
    .optional(),
  toolInput: path.optional(),
  toolOutput: path.optional(),
  error: path.optional(),
});
export type GenericMapping = z.infer<typeof genericMappingSchema>;

export type ParsedMapping =
  | { readonly kind: 'ok'; readonly mapping: GenericMapping }
  | { readonly kind: 'bad'; readonly why: string };

/** Reads a mapping from JSON text or from its parsed value. `why` is one or more sentences for the person who wrote it. */
export function parseMapping(json: unknown): ParsedMapping {
  const value = typeof json === 'string' ? parseJson(json) : json;
  if (value === undefined) return { kind: 'bad', why: 'The mapping is not JSON.' };
  const parsed = genericMappingSchema.safeParse(value);
  if (parsed.success) return { kind: 'ok', mapping: parsed.data };
  return { kind: 'bad', why: [...new Set(parsed.error.issues.flatMap(sentences))].slice(0, 5).join(' ') };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}

function sentences(issue: z.core.$ZodIssue): readonly string[] {
  const place = issue.path.map(String).join('.');
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map(key => `${[...issue.path, key].map(String).join('.')} is not a field of a mapping.`);
    case 'invalid_union': {
      // The form that was meant is the one that says something more exact than "expected another type".
      const deeper = issue.errors.flat().filter(inner => inner.path.length > 0 || inner.code === 'unrecognized_keys');
      if (deeper.length > 0)
        return deeper.flatMap(inner => sentences({ ...inner, path: [...issue.path, ...inner.path] }));
      return [`${place} ${issue.message}.`];
    }
    case 'invalid_key':
      return [`${place} ${notAPath}.`];
    default:
      return [place === '' ? 'The mapping must be a JSON object.' : `${place} ${issue.message}.`];
  }
}
