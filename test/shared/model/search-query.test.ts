import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isEmptyQuery,
  momentMs,
  parseSearchQuery,
  searchOperators,
  type SearchQuery,
} from '../../../src/shared/model/search-query.ts';

const word = (text: string, prefix = false) => ({ text, prefix });
const query = (parts: Partial<SearchQuery>): SearchQuery => ({ all: [], none: [], filters: [], ...parts });

describe('a search query', () => {
  it.each<[string, string, Partial<SearchQuery>]>([
    ['words', 'fix the  build', { all: [word('fix'), word('the'), word('build')] }],
    ['a phrase', '"fix the build" now', { all: [word('fix the build'), word('now')] }],
    ['a beginning', 'migrat*', { all: [word('migrat', true)] }],
    ['a phrase whose last word goes on', '"fix the bu"*', { all: [word('fix the bu', true)] }],
    [
      'what must not be there',
      'build -test -"flaky test"',
      { all: [word('build')], none: [word('test'), word('flaky test')] },
    ],
    ['a flag as it is typed in a shell', 'git --no-verify', { all: [word('git'), word('--no-verify')] }],
    ['a path', '/home/me/a_b.ts', { all: [word('/home/me/a_b.ts')] }],
    ['a tool', 'tool:Bash', { filters: [{ field: 'tool', not: false, value: word('Bash') }] }],
    ['a quoted value', 'project:"my app"', { filters: [{ field: 'project', not: false, value: word('my app') }] }],
    ['an operator in capitals', 'Agent:codex', { filters: [{ field: 'agent', not: false, value: word('codex') }] }],
    ['an operator turned round', '-tool:Read', { filters: [{ field: 'tool', not: true, value: word('Read') }] }],
    ['a beginning as value', 'tool:mcp*', { filters: [{ field: 'tool', not: false, value: word('mcp', true) }] }],
    ['a state', 'is:error', { filters: [{ field: 'is', not: false, state: 'error' }] }],
    [
      'a day',
      'after:2025-03-01',
      { filters: [{ field: 'after', moment: { kind: 'date', year: 2025, month: 3, day: 1 } }] },
    ],
    [
      'a month',
      'before:2025-03',
      { filters: [{ field: 'before', moment: { kind: 'date', year: 2025, month: 3, day: 1 } }] },
    ],
    [
      'a year',
      'before:2025',
      { filters: [{ field: 'before', moment: { kind: 'date', year: 2025, month: 1, day: 1 } }] },
    ],
    ['a length of time', 'after:36h', { filters: [{ field: 'after', moment: { kind: 'ago', ms: 129_600_000 } }] }],
    ['not before', '-before:today', { filters: [{ field: 'after', moment: { kind: 'day-ago', days: 0 } }] }],
    ['a cost', 'cost:>1', { filters: [{ field: 'cost', compare: '>', nanoUsd: 1_000_000_000 }] }],
    ['a cost in dollars', 'cost:<=$0.25', { filters: [{ field: 'cost', compare: '<=', nanoUsd: 250_000_000 }] }],
    ['a cost turned round', '-cost:>1', { filters: [{ field: 'cost', compare: '<=', nanoUsd: 1_000_000_000 }] }],
  ])('reads %s', (_what, text, expected) => {
    expect(parseSearchQuery(text)).toEqual(query(expected));
  });

  it.each([
    ['an operator that is not known', 'from:me', 'from:me'],
    ['an operator without a value', 'agent:', 'agent:'],
    ['a state that is not known', 'is:banana', 'is:banana'],
    ['a day that no calendar has', 'before:2025-02-30', 'before:2025-02-30'],
    ['a cost that is no number', 'cost:much', 'cost:much'],
    ['an address', 'https://example.com/x', 'https://example.com/x'],
    ['operators of other search languages', 'NEAR(a,b)', 'NEAR(a,b)'],
  ])('takes %s as a word', (_what, text, expected) => {
    expect(parseSearchQuery(text)).toEqual(query({ all: [word(expected)] }));
  });

  it.each(['', '   ', '-', '--', '"', '""', '*', '!!! ???', '- " *'])(
    'asks for nothing where there is no word: %j',
    text => {
      expect(isEmptyQuery(parseSearchQuery(text))).toBe(true);
      expect(isEmptyQuery(parseSearchQuery(text, true))).toBe(true);
    },
  );
});

describe('a query that is being typed', () => {
  it.each([
    ['the last word may go on', 'fix the bui', [word('fix'), word('the'), word('bui', true)]],
    ['a word with a space behind it is whole', 'fix the ', [word('fix'), word('the')]],
    ['a quote that is open may go on', '"fix the bui', [word('fix the bui', true)]],
    ['a quote that is closed is whole', '"fix the"', [word('fix the')]],
    ['a word of two letters is whole', 'fix it', [word('fix'), word('it')]],
    ['a word that ends in a sign is whole', 'main(', [word('main(')]],
  ])('%s', (_what, text, all) => {
    expect(parseSearchQuery(text, true).all).toEqual(all);
  });

  it.each(['agent:', 'is:', 'is:err', 'before:', 'before:2025-', 'after:20', 'cost:', 'cost:>', 'tool:"'])(
    'waits for the rest of %s',
    text => {
      expect(isEmptyQuery(parseSearchQuery(text, true))).toBe(true);
      expect(parseSearchQuery(`build ${text}`, true)).toEqual(query({ all: [word('build')] }));
    },
  );

  it('finds the beginning of a value', () => {
    expect(parseSearchQuery('tool:Ba', true).filters).toEqual([{ field: 'tool', not: false, value: word('Ba', true) }]);
  });

  it('does not leave out more and more while a word to leave out is typed', () => {
    expect(parseSearchQuery('build -te', true).none).toEqual([word('te')]);
  });
});

describe('any text', () => {
  const strange = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({
      unit: fc.constantFrom('"', '*', '-', ':', ' ', 'a', 'is', 'tool:', 'before:', '(', ')', '\n', '\0', 'é', '語'),
    }),
  );

  it('is read without a fault, whole or half typed', () => {
    fc.assert(
      fc.property(strange, fc.boolean(), (text, typing) => {
        const { all, none, filters } = parseSearchQuery(text, typing);
        for (const { text: part } of [...all, ...none]) expect(text).toContain(part);
        expect(filters.length + all.length + none.length).toBeLessThanOrEqual(text.length);
      }),
    );
  });

  it('of plain words gives back each word', () => {
    const plain = fc.array(fc.stringMatching(/^[a-z0-9_./]*[a-z0-9][a-z0-9_./]*$/), { maxLength: 20 });
    fc.assert(
      fc.property(plain, fc.constantFrom(' ', '  ', '\t', '\n'), (list, space) => {
        expect(parseSearchQuery(list.join(space)).all.map(({ text }) => text)).toEqual(list);
      }),
    );
  });

  it('in quotes is one phrase', () => {
    fc.assert(
      fc.property(
        fc.string().filter(text => /[0-9A-Za-z]/.test(text) && !text.includes('"')),
        text => {
          expect(parseSearchQuery(`"${text}"`)).toEqual(query({ all: [word(text)] }));
        },
      ),
    );
  });
});

describe('moments', () => {
  const now = new Date(2025, 2, 15, 13, 30).getTime();

  it('are the first instant of a day, a month or a year in local time', () => {
    expect(momentMs({ kind: 'date', year: 2025, month: 3, day: 1 }, now)).toBe(new Date(2025, 2, 1).getTime());
    expect(momentMs({ kind: 'day-ago', days: 0 }, now)).toBe(new Date(2025, 2, 15).getTime());
    expect(momentMs({ kind: 'day-ago', days: 1 }, now)).toBe(new Date(2025, 2, 14).getTime());
  });

  it('or a length of time before now', () => {
    expect(momentMs({ kind: 'ago', ms: 3_600_000 }, now)).toBe(now - 3_600_000);
  });
});

it('the examples shown to people are read as what they say', () => {
  for (const { example } of searchOperators) {
    const { all, none, filters } = parseSearchQuery(example);
    expect([example, all.length + none.length + filters.length]).toEqual([example, 1]);
    const name = /^(\w+):/.exec(example)?.[1];
    if (name !== undefined) expect(filters[0]?.field).toBe(name);
  }
});
