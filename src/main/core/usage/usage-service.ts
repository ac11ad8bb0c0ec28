// Usage and costs as people ask for them, made from the store's sums and the prices that hold now.
//
// Contract: synchronous, in the reader thread. Costs are made when they are asked for: a new price list prices what was
// recorded before it.

import { PlayheadError } from '../../../shared/base/errors.ts';
import {
  dateOfDay,
  dayOfDate,
  isTimeZone,
  QUARTER_US,
  systemTimeZone,
  type ZoneOffset,
  zoneOffsets,
} from '../../../shared/base/time-zone.ts';
import type { CallOutput, HandlerInput } from '../../../shared/contract/define.ts';
import type { UsageAmounts, usage } from '../../../shared/contract/usage.ts';
import { type Cost, noCost } from '../../../shared/model/cost.ts';
import type { SessionId, SpanId } from '../../../shared/model/ids.ts';
import { startOfPrice } from '../../../shared/model/price.ts';
import type { Session } from '../../../shared/model/session.ts';
import type { StoreReader, UsageRange, UsageSession, UsageSum } from '../store/index.ts';
import type { PriceBook } from './price-book.ts';
import { priceSum, Rounding, Tally } from './tally.ts';

export type UsageQuestion = HandlerInput<typeof usage.report>;
export type UsageReport = CallOutput<typeof usage.report>;
type Row = UsageReport['rows'][number];

/** Where a model, a day is not known. */
const UNKNOWN = 'unknown';

/** A zone's offsets from one quarter of an hour to another. */
interface Clocks {
  readonly zone: string;
  readonly from: number;
  readonly to: number;
  readonly offsets: readonly ZoneOffset[];
}

interface Group {
  readonly key: string;
  readonly tally: Tally;
  readonly models: ReadonlyMap<string, Tally>;
}

const NO_MODELS: ReadonlyMap<string, Tally> = new Map();

export class UsageService {
  private readonly store: StoreReader;
  private readonly prices: PriceBook;
  private clocks: Clocks | undefined;
  /** Names of days: made once, they were a third of the time that a report took. */
  private readonly dates = new Map<number, string>();

  constructor(store: StoreReader, prices: PriceBook) {
    this.store = store;
    this.prices = prices;
  }

  /** Fails with 'bad-input' for a time zone that does not exist. */
  report(question: UsageQuestion): UsageReport {
    const timezone = question.timezone ?? systemTimeZone();
    if (timezone !== this.clocks?.zone && !isTimeZone(timezone))
      throw new PlayheadError(
        'bad-input',
        `There is no time zone ${JSON.stringify(timezone)}; name one as Europe/Berlin or UTC.`,
      );
    return this.store.atOnce(() => {
      this.prices.refresh();
      const sessions = new Map<string, UsageSession>();
      const groups = this.groups(question, timezone, sessions);
      const total = new Tally();
      for (const { tally } of groups) total.merge(tally);
      return {
        rows: rowsOf(groups, question, sessions),
        total: amounts(total),
        timezone,
        revision: this.store.revision(),
        prices: this.prices.about(),
      };
    });
  }

  /** The sessions with what they cost. */
  withCosts(sessions: readonly Session[]): Session[] {
    const costs = this.sessionCosts(sessions.map(({ id }) => id));
    return sessions.map(session => ({ ...session, cost: costs.get(session.id) ?? noCost }));
  }

  withCost(session: Session): Session {
    return { ...session, cost: this.sessionCosts([session.id]).get(session.id) ?? noCost };
  }

  /** What sessions cost, by id; without an entry for those of which no usage is recorded. Null: every session. */
  sessionCosts(ids: readonly SessionId[] | null): ReadonlyMap<SessionId, Cost> {
    this.prices.refresh();
    const tallies = new Map<SessionId, Tally>();
    for (const sum of this.store.usageBySession(this.range({ sessionIds: ids }))) {
      tallyOf(tallies, sum.sessionId).add(sum, this.price(sum));
    }
    return new Map([...tallies].map(([id, tally]) => [id, tally.cost()]));
  }

  /** What each counted response of a session cost, by its span. */
  spanCosts(sessionId: SessionId): ReadonlyMap<SpanId, Cost> {
    this.prices.refresh();
    return new Map([...this.store.usageOfSpans(sessionId)].map(([id, sum]) => [id, this.costOf(sum)]));
  }

  /** What one span's response cost; null where it does not count. */
  spanCost(sessionId: SessionId, spanId: SpanId): Cost | null {
    this.prices.refresh();
    const sum = this.store.usageOfSpan(sessionId, spanId);
    return sum ? this.costOf(sum) : null;
  }

  private costOf(sum: UsageSum): Cost {
    const tally = new Tally();
    tally.add(sum, this.price(sum));
    return tally.cost();
  }

  private price(sum: UsageSum): ReturnType<typeof priceSum> {
    return priceSum(sum, model => this.prices.find(model));
  }

  private groups(question: UsageQuestion, timezone: string, sessions: Map<string, UsageSession>): Group[] {
    const { by } = question;
    const chosen = this.chosenSessions(question);
    const range = this.range({
      offsets: this.offsets(timezone),
      sinceDay: readDate(question.since),
      untilDay: readDate(question.until),
      sessionIds: chosen && chosen.map(({ id }) => id),
      model: question.model === UNKNOWN ? '' : question.model,
    });
    const groups = new Map<string, Map<string, Tally>>();
    const add = (key: string, sum: UsageSum) => {
      let models = groups.get(key);
      if (!models) groups.set(key, (models = new Map()));
      tallyOf(models, sum.terms.model || UNKNOWN).add(sum, this.price(sum));
    };
    switch (by) {
      case 'day':
      case 'month':
      case 'model':
        for (const sum of this.store.usageByDay(range)) add(this.keyOfDaySum(by, sum), sum);
        break;
      case 'project':
      case 'agent':
      case 'session': {
        for (const session of chosen ?? this.store.usageSessions()) sessions.set(session.id, session);
        for (const sum of this.store.usageBySession(range)) {
          const session = sessions.get(sum.sessionId);
          if (session) add(by === 'session' ? session.id : session[by], sum);
        }
        break;
      }
      default:
        by satisfies never;
    }
    return [...groups].map(([key, models]) => {
      const tally = new Tally();
      for (const part of models.values()) tally.merge(part);
      return { key, tally, models: question.withModels ? models : NO_MODELS };
    });
  }

  /** The sessions that a question is about; null: all. */
  private chosenSessions({ project, agent, sessionIds }: UsageQuestion): readonly UsageSession[] | null {
    if (project === null && agent === null && sessionIds === null) return null;
    const wanted = sessionIds && new Set<string>(sessionIds);
    return this.store
      .usageSessions()
      .filter(
        session =>
          (project === null || session.project === project) &&
          (agent === null || session.agent === agent) &&
          (wanted === null || wanted.has(session.id)),
      );
  }

  private range(given: Partial<UsageRange>): UsageRange {
    const starts = this.store
      .usageModels()
      .flatMap(model => this.prices.find(model)?.prices ?? [])
      .flatMap(price => startOfPrice(price) ?? []);
    const epochs = [...new Set(starts.map(us => Math.floor(us / QUARTER_US)))].sort((a, b) => a - b);
    return { offsets: [], sinceDay: null, untilDay: null, sessionIds: null, model: null, ...given, epochs };
  }

  private keyOfDaySum(by: 'day' | 'month' | 'model', sum: UsageSum & { readonly day: number | null }): string {
    if (by === 'model') return sum.terms.model || UNKNOWN;
    if (sum.day === null) return UNKNOWN;
    let date = this.dates.get(sum.day);
    if (date === undefined) this.dates.set(sum.day, (date = dateOfDay(sum.day)));
    return by === 'day' ? date : date.slice(0, 7);
  }

  /** The zone's clocks over all that is recorded; asked for again and again, they are looked up once. */
  private offsets(zone: string): readonly ZoneOffset[] {
    const { first, last } = this.store.usageSpan() ?? { first: 0, last: 0 };
    if (this.clocks?.zone !== zone || first < this.clocks.from || last > this.clocks.to) {
      // A year more: what is recorded meanwhile needs no new look.
      const to = last + 365 * 96;
      this.clocks = { zone, from: first, to, offsets: zoneOffsets(zone, first, to) };
    }
    return this.clocks.offsets;
  }
}

function readDate(date: string | null): number | null {
  const day = date === null ? null : dayOfDate(date);
  if (day === undefined)
    throw new PlayheadError('bad-input', `There is no day ${JSON.stringify(date)}; write it as 2026-03-29.`);
  return day;
}

function tallyOf<K>(tallies: Map<K, Tally>, key: K): Tally {
  let tally = tallies.get(key);
  if (!tally) tallies.set(key, (tally = new Tally()));
  return tally;
}

function rowsOf(groups: readonly Group[], { by }: UsageQuestion, sessions: ReadonlyMap<string, UsageSession>): Row[] {
  const isInTime = by === 'day' || by === 'month';
  const rounding = new Rounding();
  return groups
    .toSorted((a, b) => (isInTime ? compare(a.key, b.key) : bySize(a.tally, b.tally) || compare(a.key, b.key)))
    .map(({ key, tally, models }) => {
      const parts = [...models]
        .sort(([a, tallyA], [b, tallyB]) => bySize(tallyA, tallyB) || compare(a, b))
        .map(([model, part]) => ({ key: model, ...amounts(part, rounding.next(part.attoUsd)) }));
      const nanoUsd =
        parts.length === 0
          ? rounding.next(tally.attoUsd)
          : parts.reduce((sum, part) => sum + (part.cost.nanoUsd ?? 0), 0);
      return { key, ...amounts(tally, nanoUsd), models: parts, session: sessions.get(key) ?? null };
    });
}

function amounts(tally: Tally, nanoUsd?: number): UsageAmounts {
  return { responses: tally.responses, usage: tally.usage, cost: tally.cost(nanoUsd) };
}

/** The most expensive first; of equal cost the one with more responses. */
function bySize(a: Tally, b: Tally): number {
  if (a.attoUsd !== b.attoUsd) return a.attoUsd > b.attoUsd ? -1 : 1;
  return b.responses - a.responses;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
