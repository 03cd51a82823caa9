/**
 * Each stage against the stage before (consistency.md 2f): were the children of a group referred, agreed a move, or still in
 * place as often as everybody else who came so far? Pure.
 */
import { Disclosed, type DisclosedCounts, type Shown, type Tier } from '../disclosure';
import { gate, permits } from '../gates';
import { type Range, Result } from '../result';
import type { Stage } from '../sentences/stages';
import type { Signal } from '../signal';
import { checkCount, checkList, InvalidInput } from '../statistics/invalid-input';
import { byCodePoints } from '../statistics/numbers';
import { differenceOfShares, type Interval } from '../statistics/proportions';
import { koopman } from '../statistics/ratios';
import { type Fourfold, mantelHaenszel } from '../statistics/strata';

export const STAGES_METHOD = 'stages-1';

/** "Look": two years of three clear of 1, or one year at 99.8% (consistency.md 2f). */
const MOST_YEARS = 3;
const YEARS_THAT_PERSIST = 2;
const CLEAR = 0.95;
const CLEAR_ALONE = 0.998;

/** Children of a group and a need who reached the stage before in a school year (n), and of these who reached this one. */
export interface StageCount {
  /** As "children with an EHCP". The groups of one characteristic: each child is in exactly one. */
  readonly group: string;
  /** As "2025-26". */
  readonly year: string;
  /** A stratum of like needs, as agreed. */
  readonly need: string;
  readonly n: number;
  readonly events: number;
}

/** How many of a group reached the stage, and how many did not. */
type Reached = DisclosedCounts<'reached' | 'not'>;

export interface GroupResults {
  readonly group: string;
  /** Times as often as everybody else; with Koopman's range. */
  readonly ratio: Result<'ratio', Reached & { readonly ratio: Shown }>;
  /** More in every 100 than of everybody else; with Newcombe's range. */
  readonly difference: Result<'ratio', Reached & { readonly difference: Shown }>;
  /** The ratio among children with like needs; null where needs cannot be told apart or compared. */
  readonly adjusted: Result<'ratio', Reached & { readonly ratio: Shown }> | null;
}

interface Fraction {
  readonly n: number;
  readonly events: number;
}

/**
 * The groups asked for, in that order, each against all others of `counts`, which cover up to three school years together.
 * Refuses an empty list, counts that are not 0 <= events <= n, more than three years, and a group that is not counted.
 */
export function stageByGroup(
  counts: readonly StageCount[],
  { stage, groups }: { readonly stage: Stage; readonly groups: readonly string[] },
  tier: Tier,
): GroupResults[] {
  checkList('counts', counts);
  counts.forEach(({ n, events }, i) => {
    checkCount(`counts[${i}].n`, n);
    checkCount(`counts[${i}].events`, events, 0, n);
  });
  const years = [...new Set(counts.map(({ year }) => year))].sort(byCodePoints);
  if (years.length > MOST_YEARS)
    throw new InvalidInput('the number of years', years.length, `give ${MOST_YEARS} at most`);
  const all = comparisons(counts, tier);
  const byYear = years.map((year) => ({
    year,
    all: comparisons(
      counts.filter((one) => one.year === year),
      tier,
    ),
  }));
  return groups.map((group) => {
    const found = all.get(group);
    if (!found) throw new InvalidInput('the group', group, 'give a group that is counted');
    const yearly = byYear.flatMap(({ year, all: ofYear }) => {
      const own = ofYear.get(group);
      return own ? [{ year, ...own }] : [];
    });
    return resultsOf({ stage, group }, found, { yearly, strata: strataOf(counts, group) });
  });
}

/** A group beside everybody else, as far as a tier may know it. */
interface Comparison {
  readonly own: Fraction;
  readonly others: Fraction;
  readonly isPermitted: boolean;
  readonly disclosed: Disclosed<Reached>;
}

function comparisons(counts: readonly StageCount[], tier: Tier): ReadonlyMap<string, Comparison> {
  const everybody = totalOf(counts);
  const groups = [...new Set(counts.map(({ group }) => group))];
  const sides = groups.map((group) => {
    const own = totalOf(counts.filter((one) => one.group === group));
    const others = { n: everybody.n - own.n, events: everybody.events - own.events };
    return { own, others };
  });
  const isPermitted = (i: number) => {
    const { own, others } = sides[i] as (typeof sides)[number];
    return permits(gate('ratio', gateOf(own, others))) !== 'nothing';
  };
  const rowOf = ({ n, events }: Fraction) => ({ reached: events, not: n - events });
  const beside = Disclosed.table(sides.map(({ own }) => rowOf(own)), { tier, permitted: (_row, r) => isPermitted(r) }); // prettier-ignore
  return new Map(
    groups.map((group, i) => {
      // Of everybody else no small count may show either: several that are withheld alone can be small together.
      const { own, others } = sides[i] as (typeof sides)[number];
      const [alone] = Disclosed.table([rowOf(own), rowOf(others)], { tier, permitted: () => isPermitted(i) });
      const all = beside[i] as Disclosed<Reached>;
      return [group, { own, others, isPermitted: isPermitted(i), disclosed: all.isOpen ? (alone as typeof all) : all }];
    }),
  );
}

function resultsOf(
  told: { readonly stage: Stage; readonly group: string },
  { own, others, isPermitted, disclosed }: Comparison,
  { yearly, strata }: { yearly: readonly (Comparison & { readonly year: string })[]; strata: readonly Fourfold[] },
): GroupResults {
  const tooFew = { of: 'too few in group', ...told } as const;
  const figure = {
    gate: 'ratio',
    counts: gateOf(own, others),
    signal: 'none',
    tooFew,
    methodVersion: STAGES_METHOD,
  } as const;
  const [x, y] = [pairOf(own), pairOf(others)];
  const ratio = isPermitted ? ratioOf(x, y, CLEAR) : null;
  const difference = isPermitted ? differenceOfShares(x, y) : null;
  const adjusted = isPermitted && strata.length > 1 ? mantelHaenszel(strata) : null;
  const clear = yearly.flatMap((one) => clearOf(one, CLEAR).map((direction) => ({ year: one.year, direction })));
  const signal = ratio ? signalOf(ratio.range, yearly, clear) : 'none';
  return {
    group: told.group,
    ratio: Result.of({
      ...figure,
      value: disclosed.with('number', { ratio: ratio && ratio.ratio }),
      unit: 'number',
      interval: () => ratio && ratio.range,
      signal,
      sentence: ratio ? { of: 'group ratio', ...told, own, others, ...ratio, signal, clear } : tooFew,
    }),
    difference: Result.of({
      ...figure,
      value: disclosed.with('share', { difference: difference && difference.diff }),
      interval: () => difference && rangeOf(difference.ci),
      sentence: difference
        ? { of: 'group difference', ...told, difference: difference.diff, range: rangeOf(difference.ci) }
        : tooFew,
    }),
    adjusted:
      adjusted?.riskRatio && adjusted.ci
        ? Result.of({
            ...figure,
            value: disclosed.with('number', { ratio: adjusted.riskRatio }),
            unit: 'number',
            interval: () => adjusted.ci && rangeOf(adjusted.ci),
            sentence: {
              of: 'group ratio among like needs',
              ...told,
              ratio: adjusted.riskRatio,
              range: rangeOf(adjusted.ci),
            },
          })
        : null,
  };
}

/** "Look" where it persists: one year that is clear alone at 99.8%, or two years that are clear on the same side. */
function signalOf(pooled: Range, yearly: readonly Comparison[], clear: readonly { direction: Direction }[]): Signal {
  const alone = yearly.some((one) => clearOf(one, CLEAR_ALONE).length > 0);
  const persists = (['more', 'less'] as const).some(
    (side) => clear.filter(({ direction }) => direction === side).length >= YEARS_THAT_PERSIST,
  );
  if (alone || persists) return 'Look';
  return sideOf(pooled) ? 'Watch' : 'none';
}

type Direction = 'more' | 'less';

/** On which side of 1 a range lies, if it is clear of it. */
const sideOf = ({ lower, upper }: Range): Direction | undefined =>
  lower > 1 ? 'more' : upper < 1 ? 'less' : undefined;

/** The side on which a comparison is clear of 1, where it may be shown at all. */
function clearOf({ own, others, disclosed }: Comparison, confidence: number): Direction[] {
  const side = disclosed.isOpen ? sideOf(ratioOf(pairOf(own), pairOf(others), confidence).range) : undefined;
  return side ? [side] : [];
}

/** Only behind the gate, which sees to it that both groups have events. */
function ratioOf(x: Pair, y: Pair, confidence: number): { readonly ratio: number; readonly range: Range } {
  const { rr, ci } = koopman(x, y, confidence);
  return { ratio: rr as number, range: { lower: ci[0], upper: ci[1] as number } };
}

/** The group against everybody else, need by need. */
function strataOf(counts: readonly StageCount[], group: string): Fourfold[] {
  return [...new Set(counts.map(({ need }) => need))]
    .map((need) => {
      const alike = counts.filter((one) => one.need === need);
      const own = totalOf(alike.filter((one) => one.group === group));
      const all = totalOf(alike);
      const [c, others] = [all.events - own.events, all.n - own.n];
      return { a: own.events, b: own.n - own.events, c, d: others - c };
    })
    .filter(({ a, b, c, d }) => a + b + c + d > 0);
}

type Pair = readonly [events: number, n: number];

const pairOf = ({ events, n }: Fraction): Pair => [events, n];

const rangeOf = ([lower, upper]: Interval): Range => ({ lower, upper });

const gateOf = (own: Fraction, others: Fraction) => ({
  events1: own.events,
  n1: own.n,
  events2: others.events,
  n2: others.n,
});

const totalOf = (counts: readonly Fraction[]): Fraction => ({
  n: counts.reduce((sum, { n }) => sum + n, 0),
  events: counts.reduce((sum, { events }) => sum + events, 0),
});
