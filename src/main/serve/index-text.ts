// What an index run did, as people read it on a terminal.

import type { IndexReport } from '../core/store/index.ts';
import { formatBytes } from './amounts.ts';
import { clean, paint } from './terminal.ts';

const MAX_SHOWN = 10;

export function indexLines(report: IndexReport, seconds: number): readonly string[] {
  const { files, bytes, lines, records, sessions, spans, skipped, skippedCount, unknownTypes } = report;
  const number = (value: number) => value.toLocaleString('en');
  const unknown = Object.entries(unknownTypes);
  const shown = skipped.slice(0, MAX_SHOWN);
  return [
    `${paint('bold', `${number(sessions)} sessions`)}, ${number(spans)} spans`,
    `from ${number(records)} records in ${number(lines)} lines of ${number(files)} files, ${formatBytes(bytes)}, in ${seconds.toFixed(1)} s`,
    ...(skippedCount > 0 ? ['', paint('red', `${number(skippedCount)} could not be read:`)] : []),
    ...shown.map(({ file, line, reason }) => `  ${clean(file)}${line > 0 ? `:${line}` : ''}  ${clean(reason)}`),
    ...(skippedCount > shown.length ? [`  and ${number(skippedCount - shown.length)} more`] : []),
    ...(unknown.length > 0 ? ['', 'Record types that are not known, and kept:'] : []),
    ...unknown.map(([type, count]) => `  ${clean(type)}  ${number(count)}`),
  ];
}
