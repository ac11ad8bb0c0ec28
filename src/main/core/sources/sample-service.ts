// The recorded samples that ship with Playhead, for a first look without an agent.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PlayheadError } from '../../../shared/base/errors.ts';
import { asArray, asObject, asText } from '../../../shared/base/json.ts';

export interface RecordedSample {
  readonly id: string;
  readonly title: string;
  readonly agent: string;
  readonly what: string;
  /** Absolute. */
  readonly paths: readonly string[];
}

/** What `samples.json` in the folder lists; empty where there is none. */
export function listSamples(resourcesDir: string): readonly RecordedSample[] {
  const folder = join(resourcesDir, 'samples');
  const list = join(folder, 'samples.json');
  if (!existsSync(list)) return [];
  return asArray(JSON.parse(readFileSync(list, 'utf8'))).map(entry => {
    const sample = asObject(entry);
    const paths = typeof sample['paths'] === 'string' ? [sample['paths']] : asArray(sample['paths']);
    return {
      id: asText(sample['id']) ?? '',
      title: asText(sample['title']) ?? '',
      agent: asText(sample['agent']) ?? '',
      what: asText(sample['what']) ?? '',
      paths: paths.filter(path => typeof path === 'string').map(path => join(folder, path)),
    };
  });
}

/** Fails with 'not-found'. */
export function samplePaths(resourcesDir: string, id: string): readonly string[] {
  const sample = listSamples(resourcesDir).find(entry => entry.id === id);
  if (!sample) throw new PlayheadError('not-found', `There is no sample ${JSON.stringify(id)}.`);
  return sample.paths;
}
