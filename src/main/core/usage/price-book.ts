// Which prices hold: those of the user's own file first, then a list that the user had made anew, where it is newer than
// the one that comes with Playhead, then that one.
//
// Contract: never fails. A file that cannot be taken is left out as a whole, and about() says what is wrong with it in a
// sentence. Files are looked at again when they changed; nothing is fetched.

import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import snapshot from '../../../../resources/prices.json' with { type: 'json' };
import { type ModelPrice, modelPriceSchema, ownPricesSchema, PriceList } from '../../../shared/model/price.ts';

const OWN_FILE = 'prices.json';
/** As scripts/update-prices.mjs writes it. */
const LIST_FILE = 'price-list.json';

const listSchema = z.object({
  asOf: z.iso.date(),
  sources: z.array(z.object({ package: z.string(), version: z.string(), published: z.string() })),
  models: z.array(modelPriceSchema),
});
type List = z.infer<typeof listSchema>;

interface About {
  readonly asOf: string;
  readonly sources: string[];
  readonly ownPath: string;
  readonly ownModels: number;
  readonly problem: string | null;
}

export class PriceBook {
  private readonly ownPath: string;
  private readonly listPath: string;
  private readonly shipped: List = listSchema.parse(snapshot);
  private readonly found = new Map<string, ModelPrice | null>();
  private prices = new PriceList(this.shipped.models);
  private known: About;
  private stamp = '';

  constructor(dataDir: string) {
    this.ownPath = join(dataDir, OWN_FILE);
    this.listPath = join(dataDir, LIST_FILE);
    this.known = this.aboutOf(this.shipped, [], []);
  }

  /** Looks at the user's files; the prices that are asked for afterwards are of one state of them. */
  refresh(): void {
    const stamp = `${stampOf(this.ownPath)} ${stampOf(this.listPath)}`;
    if (stamp === this.stamp) return;
    this.stamp = stamp;
    const own = readFile(this.ownPath, ownPricesSchema, { models: {} });
    const made = readFile(this.listPath, listSchema, this.shipped);
    const problems = [own, made].filter(read => typeof read === 'string');
    const ownModels = typeof own === 'string' ? [] : Object.entries(own.models).map(toModel);
    const list = typeof made === 'string' || made.asOf <= this.shipped.asOf ? this.shipped : made;
    this.prices = new PriceList([...ownModels, ...list.models, ...this.shipped.models]);
    this.known = this.aboutOf(list, ownModels, problems);
    this.found.clear();
  }

  /** The prices of a model as a log names it; undefined where it is not known. */
  find(model: string): ModelPrice | undefined {
    let found = this.found.get(model);
    if (found === undefined) this.found.set(model, (found = this.prices.find(model) ?? null));
    return found ?? undefined;
  }

  /** Where the prices come from, and what is wrong with the user's files (null: nothing). */
  about(): About {
    return this.known;
  }

  private aboutOf(list: List, ownModels: readonly ModelPrice[], problems: readonly string[]): About {
    return {
      asOf: list.asOf,
      sources: list.sources.map(source => `${source.package} ${source.version} (${source.published})`),
      ownPath: this.ownPath,
      ownModels: ownModels.length,
      problem: problems.length === 0 ? null : problems.join(' '),
    };
  }
}

function toModel([name, price]: [string, ModelPrice['prices'][number]]): ModelPrice {
  return { names: [name], vendor: 'own', prices: [price] };
}

/** Changes when the file does; empty where there is none. */
function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat ? `${stat.mtimeMs} ${stat.size} ${stat.ino}` : '';
}

/** What a file holds, `none` where there is no file, or a sentence on what is wrong with it. */
function readFile<T>(path: string, schema: z.ZodType<T>, none: T): T | string {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return none;
    return `Your price list ${path} is left out: it cannot be read as JSON (${thrown instanceof Error ? thrown.message : String(thrown)}).`;
  }
  const read = schema.safeParse(json);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  return `Your price list ${path} is left out: ${issue ? describe(issue) : 'it is not of the known form'}.`;
}

function describe({ path, message }: z.core.$ZodIssue): string {
  const words = message.charAt(0).toLowerCase() + message.slice(1);
  return path.length === 0 ? words : `${path.map(String).join(' > ')}: ${words}`;
}
