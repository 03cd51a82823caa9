/** Like cases: how far apart two cases are, and what the nearest ones led to (consistency.md 2e; cases P23, P24). */
import { checkCount, checkList, checkPositive, checkSameLength, InvalidInput } from './invalid-input';
import { ascending, byCodePoints, sideOf } from './numbers';
import { type Interval, wilson } from './proportions';

/** How one feature counts. Ranges come from the schema, never from the data, so that no new case changes a distance. */
export type Feature =
  | { readonly kind: 'nominal'; readonly weight: number }
  /** A flag: absent in both is no likeness, so it is left out of the distance. */
  | { readonly kind: 'asym'; readonly weight: number }
  /** `range` = levels - 1, or greatest less least value. */
  | { readonly kind: 'ordinal' | 'numeric'; readonly weight: number; readonly range: number };

/** A case's features in the order of the schema; `null` where one is not recorded. */
export type Features = readonly (string | number | boolean | null)[];

export interface GowerDistance {
  /** From 0 (alike) to 1; null where no feature can be compared. */
  readonly distance: number | null;
  /** The share of weight that is recorded in both; a flag that is absent in both counts as recorded. */
  readonly recorded: number;
}

/** Compared only if so much of the weight is recorded in both. */
const LEAST_RECORDED = 0.7;
/** A departure: an outcome with at most this share among at least so many neighbours. */
const RARE_SHARE = 0.15;
const ENOUGH_NEIGHBOURS = 10;

/**
 * Gower's distance (1971), `Σ w d / Σ w` over the features recorded in both: nominal 0 or 1, ordered and numeric
 * `|difference| / range`. Refuses cases of another length than the schema, a weight or range that is not above 0, and a
 * value that is not a number where the feature needs one.
 */
export function gowerDistance(a: Features, b: Features, schema: readonly Feature[]): GowerDistance {
  checkSchema(schema);
  checkCase('a', a, schema);
  checkCase('b', b, schema);
  return distanceBetween(a, b, schema);
}

function distanceBetween(a: Features, b: Features, schema: readonly Feature[]): GowerDistance {
  let apart = 0;
  let compared = 0;
  let recorded = 0;
  let total = 0;
  for (const [j, feature] of schema.entries()) {
    const [x, y] = [a[j], b[j]];
    total += feature.weight;
    if (x === null || x === undefined || y === null || y === undefined) continue;
    recorded += feature.weight;
    if (feature.kind === 'asym' && !Number(x) && !Number(y)) continue;
    compared += feature.weight;
    apart += feature.weight * featureDistance(feature, x, y);
  }
  return { distance: compared === 0 ? null : apart / compared, recorded: recorded / total };
}

function featureDistance(feature: Feature, x: string | number | boolean, y: string | number | boolean): number {
  switch (feature.kind) {
    case 'nominal':
      return x === y ? 0 : 1;
    case 'asym':
      return Boolean(Number(x)) === Boolean(Number(y)) ? 0 : 1;
    default:
      return Math.abs(Number(x) - Number(y)) / feature.range;
  }
}

export interface Precedent {
  readonly id: string;
  readonly features: Features;
  readonly outcome: string;
  /** yyyy-mm-dd: of two that are as near, the later one comes first. */
  readonly decidedOn?: string;
}

export interface Neighbour {
  readonly id: string;
  readonly distance: number;
  readonly outcome: string;
}

/**
 * The k nearest cases of those that can be compared (70% of the weight recorded in both): smaller distance, then later
 * decision, then id. Cases farther than `within` are left out. n log n in the cases. Refuses as `gowerDistance` does, two
 * cases with one id, and k below 1.
 */
export function nearestPrecedents(
  query: Features,
  cases: readonly Precedent[],
  schema: readonly Feature[],
  { k, within = Infinity }: { readonly k: number; readonly within?: number },
): Neighbour[] {
  checkSchema(schema);
  checkCase('query', query, schema);
  checkCount('k', k, 1);
  const ids = new Set(cases.map(({ id }) => id));
  if (ids.size !== cases.length)
    throw new InvalidInput('the number of ids', ids.size, 'give each case an id of its own');
  const like: { readonly one: Precedent; readonly distance: number; readonly tied: number }[] = [];
  cases.forEach((one, i) => {
    checkCase(`cases[${i}]`, one.features, schema);
    const { distance, recorded } = distanceBetween(query, one.features, schema);
    if (distance !== null && sideOf(recorded, LEAST_RECORDED) >= 0 && sideOf(distance, within) <= 0)
      // What is equally far on paper is a tie, whatever rounding made of either; rounded, so that ties are transitive.
      like.push({ one, distance, tied: Math.round(distance * 1e10) });
  });
  // Days and ids are only compared among those that may come in.
  const farthest = ascending(like.map(({ tied }) => tied))[k - 1] ?? Infinity;
  return like
    .filter(({ tied }) => tied <= farthest)
    .sort(
      (a, b) =>
        a.tied - b.tied ||
        byCodePoints(b.one.decidedOn ?? '', a.one.decidedOn ?? '') ||
        byCodePoints(a.one.id, b.one.id),
    )
    .slice(0, k)
    .map(({ one: { id, outcome }, distance }) => ({ id, distance, outcome }));
}

/** How many neighbours had an outcome, with a Wilson range that only describes them: they are no random sample. */
export function shareOf(outcome: string, neighbours: readonly Neighbour[]) {
  const agreed = neighbours.filter((neighbour) => neighbour.outcome === outcome).length;
  const range: Interval | null = neighbours.length === 0 ? null : wilson(agreed, neighbours.length);
  return { agreed, of: neighbours.length, wilson: range };
}

/** Whether an outcome was rare (at most 15%) among enough neighbours (10): it asks for a sentence of reasons, never more. */
export function isDeparture(outcome: string, neighbours: readonly Neighbour[]): boolean {
  const { agreed, of } = shareOf(outcome, neighbours);
  return of >= ENOUGH_NEIGHBOURS && agreed <= RARE_SHARE * of;
}

/** A decision before and after its precedents were shown, and what most of them had led to (null if no outcome led). */
export interface Reveal {
  readonly before: string;
  readonly after: string;
  readonly majority: string | null;
}

/** Cases changed after the reveal, and how many of the changes went to what most precedents had led to (automation bias). */
export function switches(reveals: readonly Reveal[]): { of: number; changed: number; towardsMajority: number } {
  checkList('reveals', reveals);
  const changed = reveals.filter(({ before, after }) => before !== after);
  return {
    of: reveals.length,
    changed: changed.length,
    towardsMajority: changed.filter(({ after, majority }) => after === majority).length,
  };
}

function checkSchema(schema: readonly Feature[]): void {
  checkList('schema', schema);
  schema.forEach((feature, j) => {
    if (!['nominal', 'asym', 'ordinal', 'numeric'].includes(feature.kind))
      throw new InvalidInput(`schema[${j}].kind`, feature.kind, 'give nominal, asym, ordinal or numeric');
    checkPositive(`schema[${j}].weight`, feature.weight);
    if (feature.kind === 'ordinal' || feature.kind === 'numeric') checkPositive(`schema[${j}].range`, feature.range);
  });
}

function checkCase(name: string, features: Features, schema: readonly Feature[]): void {
  checkList(name, features);
  checkSameLength(name, features, 'the schema', schema);
  features.forEach((value, j) => {
    if (value === null || schema[j]?.kind === 'nominal') return;
    const isFlag = schema[j]?.kind === 'asym';
    if (isFlag ? ![0, 1, true, false].includes(value as number | boolean) : !Number.isFinite(value))
      throw new InvalidInput(`${name}[${j}]`, value, isFlag ? 'give 0, 1 or null' : 'give a finite number or null');
  });
}
