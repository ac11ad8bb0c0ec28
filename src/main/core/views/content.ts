// Turns archived bytes into what people read, by the parser that read them. Pure but for the store it is handed.

import type { ContentBlock, Part } from '../../../shared/model/content.ts';
import type { RecordId } from '../../../shared/model/ids.ts';
import { PlayheadError, toPlayheadError } from '../../../shared/base/errors.ts';
import type { Parser } from '../parsers/parser.ts';
import type { EntryRef, RecordRef, StoreReader } from '../store/index.ts';

export type ParserById = (id: string) => Parser | undefined;

/** A record beyond this is not parsed for a view: its raw text can still be read in pieces. */
const MAX_RECORD_BYTES = 64 * 1024 * 1024;

/** The blocks of records. A record is parsed once while it is among the last `keep` that were asked for. */
export class ContentReader {
  private readonly store: StoreReader;
  private readonly parserById: ParserById;
  private readonly kept = new Map<RecordId, readonly ContentBlock[]>();
  private readonly keep: number;

  constructor(store: StoreReader, parserById: ParserById, keep = Infinity) {
    this.store = store;
    this.parserById = parserById;
    this.keep = keep;
  }

  /** What an entry shows: its body, and its result where it has one. Texts longer than `maxChars` are cut, and say so. */
  entry(entry: EntryRef, maxChars: number): ContentBlock[] {
    const blocks: ContentBlock[] = [];
    if (entry.recordId !== null) blocks.push(this.block(entry.recordId, entry.block));
    if (entry.resultRecordId !== null) blocks.push(this.block(entry.resultRecordId, entry.resultBlock ?? 0));
    return blocks.map(block => cutBlock(block, maxChars));
  }

  record(recordId: RecordId, maxChars: number): ContentBlock[] {
    return this.shown(recordId).map(block => cutBlock(block, maxChars));
  }

  /** All blocks of a record whose place is known, nothing cut; undefined where it cannot be read. */
  blocksAt(ref: RecordRef): readonly ContentBlock[] | undefined {
    try {
      return this.blocks(ref.recordId, () => ref);
    } catch {
      return undefined;
    }
  }

  private block(recordId: RecordId, index: number): ContentBlock {
    const block = this.shown(recordId)[index];
    return block ?? { kind: 'notice', title: 'Nothing to show', text: 'The record holds no such part.' };
  }

  private shown(recordId: RecordId): readonly ContentBlock[] {
    try {
      return this.blocks(recordId);
    } catch (thrown) {
      return unreadable(thrown);
    }
  }

  private blocks(recordId: RecordId, place = () => this.store.record(recordId)): readonly ContentBlock[] {
    const kept = this.kept.get(recordId);
    if (kept) return kept;
    const blocks = this.parse(place());
    this.kept.set(recordId, blocks);
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= this.keep) break;
      this.kept.delete(oldest);
    }
    return blocks;
  }

  private parse(ref: RecordRef): readonly ContentBlock[] {
    if (ref.rejected !== null) {
      return [{ kind: 'notice', title: `Line ${ref.line} could not be read: ${ref.rejected}`, text: ref.path }];
    }
    if (ref.length > MAX_RECORD_BYTES)
      throw new PlayheadError('too-large', `The record has ${ref.length} bytes; read it in the Raw view.`);
    const parser = ref.parser === null ? undefined : this.parserById(ref.parser);
    if (!parser) throw new PlayheadError('internal', `There is no parser ${ref.parser}.`);
    return parser.content(valueOf(this.store.bytes(ref, ref.length).toString('utf8')));
  }
}

/** Records are JSON but for a few formats (captures of event streams), whose parser is handed the text. */
function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function unreadable(thrown: unknown): readonly ContentBlock[] {
  return [{ kind: 'error', title: 'This record cannot be shown', text: toPlayheadError(thrown).message }];
}

/** Images and JSON are left whole; they are bounded by MAX_RECORD_BYTES. */
function cutBlock(block: ContentBlock, maxChars: number): ContentBlock {
  switch (block.kind) {
    case 'prompt':
    case 'system':
    case 'answer':
    case 'tool-result':
      return { ...block, parts: block.parts.map(part => cutPart(part, maxChars)) };
    case 'thinking':
    case 'error':
    case 'compaction':
    case 'notice':
      return block.text.length > maxChars ? { ...block, text: `${cutText(block.text, maxChars)}…` } : block;
    case 'tool-call':
      return block;
    default:
      return block satisfies never;
  }
}

function cutPart(part: Part, maxChars: number): Part {
  if (part.kind !== 'text' || part.text.length <= maxChars) return part;
  const text = cutText(part.text, maxChars);
  return { ...part, text, cut: part.text.length - text.length };
}

/** Never in the middle of a character. */
function cutText(text: string, maxChars: number): string {
  const cut = text.slice(0, maxChars);
  return /[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut;
}
