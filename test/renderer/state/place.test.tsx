import { act, cleanup, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  formatPlace,
  go,
  movePlace,
  nowhere,
  parsePlace,
  type Place,
  usePlace,
} from '../../../src/renderer/state/place.ts';
import type { RecordId, SessionId, SpanId } from '../../../src/shared/model/ids.ts';

const session = 'claude-code/…?&#:a b%' as SessionId;
const full: Place = {
  sessionId: session,
  view: 'raw',
  spanId: 'toolu_01/&=é' as SpanId,
  eventId: null,
  recordId: 17 as RecordId,
  threadId: 'agent #2' as SpanId,
  entryId: 'entry 1',
  filter: 'fix & run',
  screen: 'sources',
  usage: 'model=a%26b&range=all',
  find: 'tool:Bash "a & b"',
};

describe('the place in the address', () => {
  it('comes back as it was written, whatever the ids hold', () => {
    expect(parsePlace(formatPlace(full))).toEqual(full);
    expect(parsePlace(formatPlace({ ...full, spanId: null, eventId: 'e%20' }))).toMatchObject({ eventId: 'e%20' });
  });

  it.each([
    ['', nowhere],
    ['#/', nowhere],
    ['#/%E0%A4%A/graph', nowhere],
    ['#/s/nonsense?record=x&screen=door', { ...nowhere, sessionId: 's' }],
  ])('reads %j without failing', (hash, place) => {
    expect(parsePlace(hash)).toEqual(place);
  });

  it('leaves out what is empty', () => {
    expect(formatPlace(nowhere)).toBe('#/');
    expect(formatPlace({ ...nowhere, sessionId: 's' as SessionId, view: 'conversation' })).toBe('#/s/conversation');
  });
});

describe('moving', () => {
  it('to another session clears the selection, and keeps view and filter', () => {
    const there = movePlace(full, { sessionId: 'other' as SessionId });
    expect(there).toEqual({ ...nowhere, sessionId: 'other', view: 'raw', filter: 'fix & run' });
  });

  it('to a span clears event and record, and the other way round', () => {
    const atEvent = movePlace(full, { eventId: 'e' });
    expect(atEvent).toMatchObject({ eventId: 'e', spanId: null, recordId: null });
    expect(movePlace(atEvent, { spanId: 'x' as SpanId })).toMatchObject({ eventId: null, spanId: 'x' });
  });

  it('to a span with its record keeps the record', () => {
    const there = movePlace(full, { spanId: 'x' as SpanId, recordId: 3 as RecordId, view: 'raw' });
    expect(there).toMatchObject({ spanId: 'x', recordId: 3 });
  });

  it('by a patch with undefined in it changes nothing there', () => {
    expect(movePlace(full, { spanId: undefined, view: undefined })).toEqual(full);
  });
});

describe('go and usePlace', () => {
  beforeEach(() => history.replaceState(null, '', '/'));
  afterEach(cleanup);

  function Here() {
    const { place } = usePlace();
    return <p>{`${place.sessionId} ${place.view} ${place.spanId}`}</p>;
  }

  it('tells everybody who shows the place', () => {
    render(<Here />);
    act(() => go({ sessionId: 'one' as SessionId, view: 'raw' }));
    expect(screen.getByText('one raw null')).toBeTruthy();
  });

  it('makes a step in the history for sessions and views, none for selections', () => {
    const steps = () => history.length;
    const before = steps();
    go({ sessionId: 'one' as SessionId });
    go({ view: 'raw' });
    expect(steps() - before).toBe(2);
    go({ spanId: 'a' as SpanId });
    go({ spanId: 'b' as SpanId });
    go({ filter: 'x' });
    expect(steps() - before).toBe(2);
    expect(window.location.hash).toBe('#/one/raw?span=b&filter=x');
  });

  it('makes none when nothing changes', () => {
    go({ sessionId: 'one' as SessionId });
    const before = history.length;
    go({ sessionId: 'one' as SessionId });
    expect(history.length).toBe(before);
  });

  it('follows back and forward', async () => {
    render(<Here />);
    act(() => go({ sessionId: 'one' as SessionId }));
    act(() => go({ sessionId: 'two' as SessionId }));
    act(() => history.back());
    expect(await screen.findByText('one graph null')).toBeTruthy();
  });
});
