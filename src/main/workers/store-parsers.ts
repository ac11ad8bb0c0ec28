// Finds the parser that read a file, for those who show or index its records.

import { declaredParser } from '../core/ingest/recogniser.ts';
import type { Parser } from '../core/parsers/parser.ts';
import { parserById } from '../core/parsers/registry.ts';
import type { StoreReader } from '../core/store/index.ts';

/** A built-in parser, or one that a mapping in the store declares. */
export function findParser(store: StoreReader, id: string): Parser | undefined {
  const builtIn = parserById(id);
  if (builtIn) return builtIn;
  const json = store.mapping(id);
  const declared = json === undefined ? undefined : declaredParser(json);
  return typeof declared === 'string' ? undefined : declared;
}
