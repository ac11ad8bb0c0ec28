// A store that is given facts by hand, as if parsers had read them from files of one source.

import { onTestFinished } from 'vitest';
import { zstdCompressSync } from 'node:zlib';
import type { Fact, RecordFact, SpanFact } from '../../src/main/core/parsers/parser.ts';
import {
  type Committed,
  type FileRow,
  type SourceRow,
  StoreReader,
  StoreWriter,
} from '../../src/main/core/store/index.ts';
import type { SessionId } from '../../src/shared/model/ids.ts';
import type { Session } from '../../src/shared/model/session.ts';
import type { Span } from '../../src/shared/model/span.ts';
import { noUsage, type Usage } from '../../src/shared/model/usage.ts';
import { tempDir } from './store.ts';

export interface FileSketch {
  /** Native id of its session; null where facts say it. */
  readonly session?: string | null;
  readonly main?: boolean;
  readonly agent?: string;
  readonly bornUs?: number;
}

export interface UnitSketch {
  readonly uuid?: string;
  readonly atUs?: number | null;
  readonly rejected?: string;
  readonly facts?: readonly Fact[];
}

/** A unit's line takes this many bytes. */
export const LINE_BYTES = 10;

export class FactStore {
  readonly dataDir = tempDir();
  readonly writer = new StoreWriter(this.dataDir);
  readonly reader: StoreReader;
  private readonly source: SourceRow;
  private readonly files = new Map<string, FileRow>();

  constructor() {
    this.source = this.writer.addSource({ format: 'auto', label: '', path: '/logs', root: '/logs', origin: 'found' });
    this.reader = new StoreReader(this.dataDir);
    onTestFinished(() => {
      this.reader.close();
      this.writer.close();
    });
  }

  /** Names a file of the source; without it a file is the main transcript of the session 's'. */
  file(relPath: string, sketch: FileSketch = {}): this {
    const row = this.writer.addFile(this.source.id, relPath);
    const { session = 's', main = true, agent = 'test', bornUs = null } = sketch;
    this.files.set(relPath, { ...row, parser: 'test', agent, nativeSession: session, main, bornUs, state: 'current' });
    return this;
  }

  /** One more line in a file, with these facts. */
  say(relPath: string, ...facts: readonly Fact[]): Committed {
    return this.append(relPath, [{ facts }]);
  }

  append(relPath: string, units: readonly UnitSketch[]): Committed {
    return this.together([[relPath, units]]);
  }

  /** Lines of several files in one commit. */
  together(parts: readonly (readonly [relPath: string, units: readonly UnitSketch[]])[]): Committed {
    return this.writer.commit(parts.map(([relPath, units]) => this.batch(relPath, units, false)));
  }

  /** The file is a document that is written anew. */
  replace(relPath: string, ...facts: readonly Fact[]): Committed {
    const file = this.row(relPath);
    if (file.offset > 0) this.files.set(relPath, this.writer.beginGeneration(file, false));
    return this.writer.commit([this.batch(relPath, [{ facts }], true)]);
  }

  /** The file was shortened or replaced: what comes next stands at its beginning. */
  beginAnew(relPath: string): this {
    this.files.set(relPath, this.writer.beginGeneration(this.row(relPath), false));
    return this;
  }

  row(relPath: string): FileRow {
    const row = this.files.get(relPath);
    return row ?? this.file(relPath).row(relPath);
  }

  /** The session with this key. */
  session(nativeId = 's'): Session {
    const found = this.sessions().find(session => session.nativeId === nativeId);
    if (!found) throw new Error(`there is no session ${nativeId}`);
    return found;
  }

  sessions(): Session[] {
    return this.reader.sessions({ limit: 1000, before: null, since: null, filter: '' }).sessions;
  }

  spans(nativeId = 's'): Span[] {
    return this.reader.trace(this.session(nativeId).id, null).spans;
  }

  span(key: string, nativeId = 's'): Span {
    const found = this.spans(nativeId).find(span => span.id === key);
    if (!found) throw new Error(`there is no span ${key}`);
    return found;
  }

  trace(since: number | null, sessionId: SessionId = this.session().id): ReturnType<StoreReader['trace']> {
    return this.reader.trace(sessionId, since);
  }

  private batch(relPath: string, units: readonly UnitSketch[], replace: boolean) {
    const before = this.row(relPath);
    const length = Math.max(1, units.length) * LINE_BYTES;
    const file: FileRow = {
      ...before,
      parser: 'test',
      offset: before.offset + length,
      line: before.line + units.length,
      records: before.records + units.length,
    };
    this.files.set(relPath, file);
    return {
      file,
      replace,
      raw: [{ start: before.offset, length, frame: zstdCompressSync(Buffer.alloc(length, relPath)) }],
      units: units.map(({ uuid, atUs = null, rejected, facts = [] }, index) => {
        const at = { line: before.line + index + 1, offset: before.offset + index * LINE_BYTES, length: LINE_BYTES };
        const record: RecordFact = {
          at,
          type: 'line',
          known: true,
          timeUs: atUs,
          ...(uuid === undefined ? {} : { uuid }),
          ...(rejected === undefined ? {} : { rejected }),
        };
        return { records: [record], facts };
      }),
    };
  }
}

export function span(key: string, more: Partial<SpanFact> = {}): SpanFact {
  return { kind: 'span', key, span: 'tool', name: key, parent: 'session', ...more };
}

/** A model response: an llm span with usage. */
export function response(key: string, more: Partial<SpanFact> = {}): SpanFact {
  return span(key, { span: 'llm', responseKey: key, ...more });
}

export function tokens(input: number, output: number): Usage {
  return { ...noUsage, input, output };
}
