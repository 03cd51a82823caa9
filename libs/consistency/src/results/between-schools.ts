/**
 * Sharing between schools (consistency.md 2g): did each school take about as many moves as its share of pupils would bring?
 * Pure.
 */
import { Disclosed, type DisclosedCounts, type Shown, type Tier } from '../disclosure';
import { gate, permits } from '../gates';
import { Result } from '../result';
import { say, type Sentence } from '../sentences';
import { directionOf, signalOf } from '../signal';
import { midP } from '../statistics/binomial';
import { fairShare, type SchoolMoves } from '../statistics/fair-share';
import { signalOfTails, type TailSignal } from '../statistics/funnel';
import { signalsAmong } from './among-many';

export const BETWEEN_SCHOOLS_METHOD = 'between-schools-1';

/** A school's moves one way; and for every 1,000 of its pupils, from 20 moves of the area on. */
type Moves = DisclosedCounts<'moves'> & { readonly per1000: Shown };

export interface SchoolResults {
  readonly school: string;
  /** Moves in, how many its share of pupils would bring, and how many times as many it took. */
  readonly taken: Result<'fairShare', Moves & { readonly expected: Shown; readonly ratio: Shown }>;
  readonly sent: Result<'fairShare', Moves>;
}

export interface BetweenSchools {
  readonly finding: Sentence;
  /** By name. */
  readonly schools: readonly SchoolResults[];
  /** The share of moves that would have to go to another school; withheld where the moves into any school are. */
  readonly elsewhere: Result<'fairShare', { readonly share: Shown }>;
}

/**
 * The schools of an area in one period, each with its roll or another base agreed on, such as places. Throws as `fairShare`
 * does.
 */
export function betweenSchools(schools: readonly SchoolMoves[], tier: Tier): BetweenSchools {
  const named = [...schools].sort((a, b) => a.school.localeCompare(b.school, 'en-GB'));
  const { rows, totalIn, totalOut, dissimilarity } = fairShare(named);
  const inwards = released(named.map(({ movesIn }) => movesIn), tier); // prettier-ignore
  const outwards = released(named.map(({ movesOut }) => movesOut), tier); // prettier-ignore
  const judged = permits(gate('fairShare', { moves: totalIn })) === 'signal';
  const all = named.map((own, i) => {
    const row = rows[i] as (typeof rows)[number];
    return {
      ...own,
      ...row,
      pupils: row.expectedIn / totalIn,
      taken: inwards[i] as Disclosed<DisclosedCounts<'moves'>>,
      sent: outwards[i] as Disclosed<DisclosedCounts<'moves'>>,
    };
  });
  // Schools that are withheld have no part in what is said of the others.
  const shown = all.filter(({ taken }) => taken.isOpen);
  const tails = new Map<object, TailSignal>();
  if (judged)
    signalsAmong(
      shown.map((one) => ({
        tail: signalOfTails(one.lowerTail, one.upperTail),
        midP: midP(one.movesIn, totalIn, one.pupils),
        isAbove: one.movesIn > one.expectedIn,
      })),
    ).forEach((tail, i) => tails.set(shown[i] as object, tail));
  const readingOf = (one: (typeof all)[number]) => {
    const tail = tails.get(one) ?? 'within';
    return { school: one.school, signal: signalOf(tail), direction: directionOf(tail) };
  };

  return {
    finding: say({ of: 'schools finding', total: totalIn, shown: shown.map(readingOf) }, tier),
    schools: all.map((one) => {
      const { school, roll, ratio, ci, pupils } = one;
      const reading = readingOf(one);
      const range = judged && ci ? { lower: ci[0], upper: ci[1] } : null;
      const taken = {
        of: 'moves taken',
        ...reading,
        moves: one.movesIn,
        total: totalIn,
        beside: range && ratio !== null ? { pupils, ratio, range } : null,
      } as const;
      const sent = { of: 'moves sent', school, moves: one.movesOut, total: totalOut } as const;
      return {
        school,
        taken: Result.of({
          gate: 'fairShare',
          counts: { moves: totalIn },
          value: withRate(one.taken, judged ? roll : null)
            .with('count', { expected: judged ? one.expectedIn : null })
            .with('number', { ratio: judged ? ratio : null }),
          unit: 'number',
          interval: () => range,
          signal: reading.signal,
          sentence: taken,
          tooFew: taken,
          methodVersion: BETWEEN_SCHOOLS_METHOD,
        }),
        sent: Result.of({
          gate: 'fairShare',
          counts: { moves: totalOut },
          value: withRate(one.sent, permits(gate('fairShare', { moves: totalOut })) === 'signal' ? roll : null),
          interval: () => null,
          signal: 'none',
          sentence: sent,
          tooFew: sent,
          methodVersion: BETWEEN_SCHOOLS_METHOD,
        }),
      };
    }),
    elsewhere: Result.of({
      gate: 'fairShare',
      counts: { moves: totalIn },
      value: Disclosed.over(inwards, tier).with('share', { share: judged ? dissimilarity : null }),
      interval: () => null,
      signal: 'none',
      sentence: { of: 'moves to go elsewhere', share: judged ? dissimilarity : null },
      tooFew: { of: 'moves to go elsewhere', share: null },
      methodVersion: BETWEEN_SCHOOLS_METHOD,
    }),
  };
}

/** Moves one way, school by school; the gate hides none of these counts. */
const released = (moves: readonly number[], tier: Tier): Disclosed<DisclosedCounts<'moves'>>[] =>
  Disclosed.table(moves.map((count) => ({ moves: count })), { tier, permitted: () => true }); // prettier-ignore

/** For every 1,000 pupils, from the count as it is released: else it would give the count away. */
function withRate(disclosed: Disclosed<DisclosedCounts<'moves'>>, roll: number | null): Disclosed<Moves> {
  const { moves } = disclosed.value.counts;
  return disclosed.with('number', { per1000: roll === null || typeof moves !== 'number' ? null : (1000 * moves) / roll }); // prettier-ignore
}
