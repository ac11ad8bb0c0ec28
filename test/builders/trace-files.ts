// What the tests of trace files share: bytes of documents, and who claims them.

import type { DocumentParser, ParsedUnit } from '../../src/main/core/parsers/parser.ts';
import { parsers } from '../../src/main/core/parsers/registry.ts';
import { hintOf, noHint, recogniseBytes, sampleOf } from './read-units.ts';

/** Text as it is; any other value as JSON. */
export function documentOf(value: unknown, indent?: number): Uint8Array {
  return new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value, null, indent));
}

/** Ids of all built-in parsers that claim the bytes. */
export function claimants(bytes: Uint8Array, name = 'some/file.dat'): readonly string[] {
  const sample = sampleOf(bytes);
  return parsers.filter(parser => typeof parser.recognise(sample, hintOf(name)) === 'object').map(({ id }) => id);
}

export function parseWith(parser: DocumentParser, bytes: Uint8Array): ParsedUnit {
  return parser.parseDocument(bytes, noHint, recogniseBytes(parser, bytes, noHint));
}

/** The text of each record, cut out of the document at its place. */
export function recordTexts(bytes: Uint8Array, { records }: ParsedUnit): readonly string[] {
  const decoder = new TextDecoder();
  return records.map(({ at }) => decoder.decode(bytes.subarray(at.offset, at.offset + at.length)));
}
