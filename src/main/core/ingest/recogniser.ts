// Which parser reads a file: the built-in ones by content, then formats that a mapping file beside the logs declares.

import { readFileSync } from 'node:fs';
import { genericLines, parseMapping } from '../parsers/generic.ts';
import type { FileHint, Parser, Recognition, Sample } from '../parsers/parser.ts';
import { parserById, recogniseFile } from '../parsers/registry.ts';
import type { Recogniser } from './tail.ts';

const MAX_MAPPING_BYTES = 1024 * 1024;

export class FileRecogniser implements Recogniser {
  private readonly declared = new Map<string, Parser>();
  private readonly keep: (parser: string, json: string) => void;

  /** `keep` stores a declared format, so that what it read can be shown later. */
  constructor(keep: (parser: string, json: string) => void) {
    this.keep = keep;
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
    return parserById(id) ?? this.declared.get(id);
  }

  /** Takes up a mapping file; gives a sentence for people where it cannot be used. */
  noticeMapping(path: string): string | undefined {
    let json: string;
    try {
      json = readFileSync(path, 'utf8');
    } catch (thrown) {
      return `${path} cannot be read: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
    }
    if (json.length > MAX_MAPPING_BYTES) return `${path} is larger than a mapping can be (1 MB).`;
    const parser = declaredParser(json);
    if (typeof parser === 'string') return `${path}: ${parser}`;
    this.declared.set(parser.id, parser);
    this.keep(parser.id, json);
    return undefined;
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
