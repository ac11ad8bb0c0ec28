// The words for how a source and a file are doing.

import type { RecordedFile, Source } from '../../../shared/model/source.ts';
import type { BadgeTone } from '../../ui/badge.tsx';

interface StateLook {
  readonly label: string;
  readonly tone: BadgeTone;
  /** What that means, and what Playhead does about it. */
  readonly meaning: string;
}

export const sourceStates: Readonly<Record<Source['state'], StateLook>> = {
  watching: { label: 'Watching', tone: 'good', meaning: 'New lines appear as they are written.' },
  missing: { label: 'Not there', tone: 'neutral', meaning: 'It is read as soon as it appears.' },
  empty: {
    label: 'Empty',
    tone: 'neutral',
    meaning: 'Nothing is written there yet. It is read as soon as something is.',
  },
  unreadable: { label: 'Unreadable', tone: 'bad', meaning: 'It is tried again by itself. Check that you may read it.' },
};

export const fileStates: Readonly<Record<RecordedFile['state'], StateLook>> = {
  reading: { label: 'Reading', tone: 'accent', meaning: 'It is being read.' },
  current: { label: 'Up to date', tone: 'good', meaning: 'Everything in it is read.' },
  gone: { label: 'Gone', tone: 'neutral', meaning: 'It was deleted or moved. What was recorded of it stays.' },
  unreadable: {
    label: 'Unreadable',
    tone: 'bad',
    meaning: 'It exists and cannot be read. It is tried again by itself.',
  },
  unrecognised: { label: 'Unknown format', tone: 'neutral', meaning: 'No parser knows what is in it.' },
};

export const originNames: Readonly<Record<Source['origin'], string>> = {
  found: 'Default place',
  added: 'Added by you',
  opened: 'Opened',
};
