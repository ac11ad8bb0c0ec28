// Which parser reads a file: the built-in ones by content, then formats that a mapping file beside the logs declares.

import { readFileSync, statSync } from 'node:fs';
import { genericLines, parseMapping } from '../parsers/generic.ts';
import type { FileHint, Parser, Recognition, Sample } from '../parsers/parser.ts';
import { parserById, recogniseFile } from '../parsers/registry.ts';
import type { Recogniser } from './tail.ts';

const MAX_MAPPING_BYTES = 1024 * 1024;

/** Where declared formats are kept, so that what they read can be shown and read on when their files are gone. */
export interface MappingStore {
  saveMapping(parser: string, json: string): void;
  mapping(parser: string): string | undefined;
}

export type Noticed =
  | { readonly kind: 'known'; readonly why: null }
  | { readonly kind: 'taken'; readonly why: null }
  /** `why`: a sentence for people. */
  | { readonly kind: 'refused'; readonly why: string };

export class FileRecogniser implements Recogniser {
  private readonly declared = new Map<string, Parser>();
  /** Text of each mapping file as it was last noticed. */
  private readonly noticed = new Map<string, string>();
  private readonly store: MappingStore;

  constructor(store: MappingStore) {
    this.store = store;
  }

  recognise(
    sample: Sample,
    hint: FileHint,
  ): { readonly parser: Parser; readonly recognition: Recognition } | 'more' | undefined {
    const builtIn = recogniseFile(sample, hint);
    if (builtIn !== undefined && builtIn !== 'more') return builtIn;
    for (const parser of this.declared.values()) {
      const recognition = parser.recognise(sample, hint);
      if (recognition !== undefined && recognition !== 'more') return { parser, recognition };
    }
    return builtIn;
  }

  byId(id: string): Parser | undefined {
    return parserById(id) ?? this.declared.get(id) ?? this.stored(id);
  }

  /** Takes up a mapping file where it is new or says something else than before. */
  noticeMapping(path: string): Noticed {
    let json: string;
    try {
      if (statSync(path).size > MAX_MAPPING_BYTES) return this.refuse(path, 'larger than a mapping can be (1 MB)');
      json = readFileSync(path, 'utf8');
    } catch (thrown) {
      return this.refuse(path, `cannot be read: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    }
    if (this.noticed.get(path) === json) return { kind: 'known', why: null };
    this.noticed.set(path, json);
    const parser = declaredParser(json);
    if (typeof parser === 'string') return { kind: 'refused', why: `no mapping: ${parser}` };
    this.declared.set(parser.id, parser);
    this.store.saveMapping(parser.id, json);
    return { kind: 'taken', why: null };
  }

  private refuse(path: string, why: string): Noticed {
    if (this.noticed.get(path) === why) return { kind: 'known', why: null };
    this.noticed.set(path, why);
    return { kind: 'refused', why };
  }

  private stored(id: string): Parser | undefined {
    const json = this.store.mapping(id);
    const parser = json === undefined ? undefined : declaredParser(json);
    if (parser === undefined || typeof parser === 'string') return undefined;
    this.declared.set(id, parser);
    return parser;
  }
}

/** The parser that a mapping's text declares, or why it declares none. */
export function declaredParser(json: string): Parser | string {
  try {
    const mapping = parseMapping(JSON.parse(json));
    return mapping.kind === 'ok' ? genericLines(mapping.mapping) : mapping.why;
  } catch (thrown) {
    return `not JSON: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
  }
}
