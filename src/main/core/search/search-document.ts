// From an entry and its archived records to what is indexed and found of it. Pure but for the reading that is handed in.

import type { ContentBlock } from '../../../shared/model/content.ts';
import type { ChangedSession, RecordRef, SearchDocument, SearchEntry } from '../store/index.ts';
import { type EntryText, entryText } from './entry-text.ts';

/** All blocks of a record; undefined where it cannot be read. */
export type ReadBlocks = (ref: RecordRef) => readonly ContentBlock[] | undefined;

/** The text of an entry: its body and its result. */
export function readEntryText(entry: SearchEntry, read: ReadBlocks): EntryText {
  const body = entry.body && read(entry.body)?.[entry.block];
  const result = entry.result && read(entry.result)?.[entry.resultBlock];
  return entryText([body, result].filter(block => block !== undefined && block !== null));
}

export function isFailed(entry: SearchEntry, text: EntryText): boolean {
  return text.failed || (entry.kind === 'tool' && entry.status === 'error');
}

/** The time that an entry is found by: its own, else that of its session. */
export function timeOf(entry: SearchEntry, session: ChangedSession): number {
  return entry.atUs ?? session.startUs ?? session.updateUs ?? 0;
}

export function documentOf(entry: SearchEntry, text: EntryText, session: ChangedSession): SearchDocument {
  return {
    entryId: entry.id,
    sessionRow: entry.sessionRow,
    atUs: timeOf(entry, session),
    kind: entry.kind,
    tool: entry.tool,
    model: entry.model,
    failed: isFailed(entry, text),
    text: text.text,
    path: text.path,
  };
}
