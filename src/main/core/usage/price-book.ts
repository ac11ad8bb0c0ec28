// Which prices hold: those of the user's own file first, then the list that comes with Playhead.
//
// Contract: never fails. A file that cannot be taken is left out as a whole, and problem() says what is wrong with it in a
// sentence. The file is looked at again when it changed.

import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import snapshot from '../../../../resources/prices.json' with { type: 'json' };
import { type ModelPrice, modelPriceSchema, ownPricesSchema, PriceList } from '../../../shared/model/price.ts';

const OWN_FILE = 'prices.json';

export class PriceBook {
  readonly asOf = snapshot.asOf;
  readonly sources = snapshot.sources.map(source => `${source.package} ${source.version} (${source.published})`);
  readonly ownPath: string;
  private readonly shipped: readonly ModelPrice[] = z.array(modelPriceSchema).parse(snapshot.models);
  private readonly found = new Map<string, ModelPrice | null>();
  private list = new PriceList(this.shipped);
  private ownModels = 0;
  private problem: string | null = null;
  private stamp = '';

  constructor(dataDir: string) {
    this.ownPath = join(dataDir, OWN_FILE);
  }

  /** Looks at the user's file; the prices that are asked for afterwards are of one state of it. */
  refresh(): void {
    const stamp = stampOf(this.ownPath);
    if (stamp === this.stamp) return;
    this.stamp = stamp;
    const own = stamp === '' ? [] : readOwn(this.ownPath);
    this.problem = typeof own === 'string' ? own : null;
    const models = typeof own === 'string' ? [] : own;
    this.ownModels = models.length;
    this.list = new PriceList([...models, ...this.shipped]);
    this.found.clear();
  }

  /** The prices of a model as a log names it; undefined where it is not known. */
  find(model: string): ModelPrice | undefined {
    let found = this.found.get(model);
    if (found === undefined) this.found.set(model, (found = this.list.find(model) ?? null));
    return found ?? undefined;
  }

  about(): { readonly ownModels: number; readonly problem: string | null } {
    return { ownModels: this.ownModels, problem: this.problem };
  }
}

/** Changes when the file does; empty where there is none. */
function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat ? `${stat.mtimeMs} ${stat.size} ${stat.ino}` : '';
}

function readOwn(path: string): readonly ModelPrice[] | string {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (thrown) {
    return `Your price list ${path} is left out: it cannot be read as JSON (${thrown instanceof Error ? thrown.message : String(thrown)}).`;
  }
  const own = ownPricesSchema.safeParse(json);
  if (!own.success) {
    const [issue] = own.error.issues;
    return `Your price list ${path} is left out: ${issue ? describe(issue) : 'it is not of the known form'}.`;
  }
  return Object.entries(own.data.models).map(([name, price]) => ({ names: [name], vendor: 'own', prices: [price] }));
}

function describe({ path, message }: z.core.$ZodIssue): string {
  const words = message.charAt(0).toLowerCase() + message.slice(1);
  return path.length === 0 ? words : `${path.map(String).join(' > ')}: ${words}`;
}
