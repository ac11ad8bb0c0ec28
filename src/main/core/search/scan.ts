// Looks through what is not in the index yet: the archived text itself, newest sessions first, for a limited time.

import { wordsOf } from '../../../shared/model/search-words.ts';
import type { SearchText } from '../../../shared/model/search-query.ts';
import type {
  ChangedSession,
  IndexQuestion,
  RecordRef,
  SearchEntry,
  SearchSource,
  SessionCursor,
} from '../store/index.ts';
import type { EntryText } from './entry-text.ts';
import { Finder } from './finder.ts';
import { isInTime } from './question.ts';
import { isFailed, type ReadBlocks, readEntryText, timeOf } from './search-document.ts';
import type { Stepper } from './stepper.ts';

export interface ScanParts {
  readonly source: SearchSource;
  readonly read: ReadBlocks;
  readonly bytes: (ref: RecordRef) => Uint8Array | undefined;
  readonly question: IndexQuestion;
  readonly finder: Finder;
  /** Row numbers of the sessions to look in; undefined: any. */
  readonly sessions: ReadonlySet<number> | undefined;
  /** How far each session is in the index. */
  readonly cursors: readonly SessionCursor[];
}

export interface Scanned {
  /** Looked through. */
  readonly entries: number;
  /** Not reached. */
  readonly left: number;
}

/** Kinds of entries whose text stands in the record as it is; the others are worded by the parser. */
const VERBATIM: ReadonlySet<SearchEntry['kind']> = new Set(['prompt', 'answer', 'thinking', 'tool']);
const SCAN_MS = 2_000;
const PAGE_ENTRIES = 100;

/** Gives each entry that fits to `take`, at most `limit`. */
export async function scanPending(
  parts: ScanParts,
  limit: number,
  stepper: Stepper,
  take: (entry: SearchEntry, text: EntryText) => void,
): Promise<Scanned> {
  const { source, sessions } = parts;
  const until = performance.now() + SCAN_MS;
  const cursors = new Map(parts.cursors.map(cursor => [cursor.id, cursor]));
  const fits = entryTest(parts);
  const pending = source
    .changedSessions(0)
    .filter(session => sessions?.has(session.id) !== false)
    .map(session => ({ session, after: cursorOf(session, cursors.get(session.id)) }))
    .filter(({ session, after }) => after.revision < session.revision)
    .sort((a, b) => (b.session.updateUs ?? 0) - (a.session.updateUs ?? 0));
  let entries = 0;
  let found = 0;
  for (const [place, { session, after }] of pending.entries()) {
    for (let cursor = after; ;) {
      if (stepper.isDue) await stepper.next();
      if (found >= limit || performance.now() > until)
        return {
          entries,
          left: countLeft(
            source,
            pending
              .slice(place)
              .map(({ session: { id }, after: from }) => ({ id, after: id === session.id ? cursor : from })),
          ),
        };
      const page = source.entriesAfter(session.id, cursor, PAGE_ENTRIES);
      for (const entry of page) {
        if (stepper.isDue) await stepper.next();
        entries += 1;
        cursor = { revision: entry.revision, id: entry.id };
        const text = fits(entry, session);
        if (!text) continue;
        take(entry, text);
        found += 1;
      }
      if (page.length < PAGE_ENTRIES) break;
    }
  }
  return { entries, left: 0 };
}

function cursorOf(session: { publicId: string; resetRevision: number }, known: SessionCursor | undefined) {
  const isSame = known?.publicId === session.publicId && known.resetRevision >= session.resetRevision;
  return known && isSame ? { revision: known.revision, id: known.entryId } : { revision: 0, id: 0 };
}

function countLeft(
  source: SearchSource,
  rest: readonly { id: number; after: { revision: number; id: number } }[],
): number {
  return rest.reduce((sum, { id, after }) => sum + source.countAfter(id, after), 0);
}

/** The text of an entry that fits, undefined of one that does not. */
function entryTest({
  read,
  bytes,
  question,
  finder,
}: ScanParts): (entry: SearchEntry, session: ChangedSession) => EntryText | undefined {
  const rough = roughTest(question.all);
  const mayHold = (ref: RecordRef | null) => {
    const raw = ref && bytes(ref);
    return raw != null && (rough?.(raw) ?? true);
  };
  const none = question.none.map(text => new Finder([text]));
  const files = question.files.map(({ text }) => new Finder([{ text, prefix: true }]));
  const notFiles = question.notFiles.map(({ text }) => new Finder([{ text, prefix: true }]));
  return (entry, session) => {
    if (!isInTime(question, timeOf(entry, session))) return undefined;
    if (!named(entry.tool, question.tools, question.notTools, joined)) return undefined;
    if (!named(entry.model, question.models, question.notModels, spaced)) return undefined;
    if (rough && VERBATIM.has(entry.kind) && !mayHold(entry.body) && !mayHold(entry.result)) return undefined;
    const text = readEntryText(entry, read);
    if (question.failed !== null && isFailed(entry, text) !== question.failed) return undefined;
    if (!finder.fits(text.text, text.path)) return undefined;
    if (none.some(unwanted => unwanted.fits(text.text) || unwanted.fits(text.path))) return undefined;
    if (files.length > 0 && !files.some(file => file.fits(text.path))) return undefined;
    return notFiles.some(file => file.fits(text.path)) ? undefined : text;
  };
}

/**
 * Looks for the longest plain word in the bytes as they were written, ten times as fast as by reading the record.
 * Undefined where no word is plain: letters beyond ASCII are written in several ways. An accent that the text has and
 * the query has not is found by the index only.
 */
function roughTest(texts: readonly SearchText[]): ((bytes: Uint8Array) => boolean) | undefined {
  const plain = texts.flatMap(({ text }) =>
    wordsOf(text).flatMap(({ start, end }) => {
      const word = text.slice(start, end).toLowerCase();
      return /^[a-z0-9]{2,}$/.test(word) ? [word] : [];
    }),
  );
  const longest = plain.reduce((a, b) => (b.length > a.length ? b : a), '');
  if (longest === '') return undefined;
  const pattern = new RegExp(longest, 'i');
  return bytes => pattern.test(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1'));
}

/** Whether a name is one of those that are wanted and none of the others; as the index has it (search-match.ts). */
function named(
  name: string | null,
  wanted: readonly SearchText[],
  unwanted: readonly SearchText[],
  form: (name: string, wanted: SearchText) => boolean,
): boolean {
  const is = (text: SearchText) => name !== null && form(name, text);
  return (wanted.length === 0 || wanted.some(is)) && !unwanted.some(is);
}

function joined(name: string, { text, prefix }: SearchText): boolean {
  const flat = (value: string) =>
    wordsOf(value)
      .map(word => word.folded)
      .join('');
  const names = [name, ...(name.includes('__') ? name.split('__') : [])].map(flat);
  const sought = flat(text);
  return names.some(one => (prefix ? one.startsWith(sought) : one === sought));
}

function spaced(name: string, text: SearchText): boolean {
  return new Finder([text]).fits(name);
}
