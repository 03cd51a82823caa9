/** Lasting (consistency.md 2h): how many moves are still in place after one term, two terms and more. Pure. */
import { Disclosed, type DisclosedCounts, type Shown, type Tier, WITHHELD } from '../disclosure';
import { gate, permits } from '../gates';
import { type Figure, Result } from '../result';
import { kaplanMeier, type Survival, survivalAt, whileAtRisk } from '../statistics/survival';

export const MOVES_THAT_LAST_METHOD = 'moves-that-last-1';

/** A term is counted as a third of a year; moves are followed for three years at most. */
const TERMS = ['one term', 'two terms', 'three terms', 'four terms', 'five terms', 'six terms', 'seven terms', 'eight terms', 'nine terms']; // prettier-ignore
const dayOfTerm = (term: number): number => Math.round((term * 365) / 3);
/** The term that heads the page, where it can be shown. */
const HEADLINE = 2;
/** The curve stops where fewer are followed. */
const FEWEST_FOLLOWED = 5;
/** Above this share of moves that were followed no longer for reasons of their own, it is said beside the curve. */
const MANY_FOLLOWED_NO_LONGER = 0.1;

/** One move, from the first day on the new roll. */
export interface FollowedMove {
  /** Days on the new roll as far as it was followed. */
  readonly days: number;
  /**
   * How that ended: off the roll to return, by exclusion, by another move or for a reason that is not known (`left`); by a
   * move of house or the end of Year 11 (`other`); or not at all when the data were taken (`stays`).
   */
  readonly end: 'left' | 'other' | 'stays';
}

/** Still in place after so long, with the log-log range; and how many moves were followed so long. */
export type Lasting = Result<'km', { readonly total: Shown; readonly lasting: Shown; readonly followed: Shown }>;

export interface MovesThatLast {
  /** After two terms; where that cannot be shown, after another. */
  readonly result: Lasting;
  /** Term by term, as far as 5 moves were followed. */
  readonly terms: readonly { readonly term: number; readonly words: string; readonly result: Lasting }[];
  /** What the step curve draws: only what may be shown; null under the gate, or where nothing may. */
  readonly curve: Curve | null;
  /** Said beside the curve where more than 1 in 10 moves were followed no longer for other reasons; else null. */
  readonly followedNoLonger: Result<'km', DisclosedCounts<'other' | 'rest'>> | null;
}

export interface Curve {
  /** From this day on so many in 100 are in place, until the next. */
  readonly steps: readonly CurveStep[];
  /** Where it stops. */
  readonly until: number;
  /** Moves followed at the start and at the terms shown. */
  readonly followed: readonly { readonly day: number; readonly term: number; readonly count: number }[];
  /** Beyond tier 1 single endings are not shown, only where terms end. */
  readonly byTerm: boolean;
}

export interface CurveStep {
  readonly day: number;
  readonly lasting: number;
  readonly range: { readonly lower: number; readonly upper: number } | null;
}

/** Moves that started since a month, as "September 2024". Throws InvalidInput on days that are not finite numbers from 0. */
export function movesThatLast(
  moves: readonly FollowedMove[],
  { since }: { readonly since: string },
  tier: Tier,
): MovesThatLast {
  const n = moves.length;
  const spells = moves.map(({ days: time, end }) => ({ time, event: end === 'left' ? (1 as const) : (0 as const) }));
  const survival = n === 0 ? { rows: [], median: null } : kaplanMeier(spells);
  const counts = { n, events: moves.filter(({ end }) => end === 'left').length };
  const permitted = permits(gate('km', counts)) !== 'nothing';
  const longest = moves.map((move) => move.days).sort((a, b) => b - a);
  const until = longest[FEWEST_FOLLOWED - 1] ?? 0;
  const figure = {
    gate: 'km',
    counts,
    signal: 'none',
    tooFew: { of: 'too few moves to follow', since },
    methodVersion: MOVES_THAT_LAST_METHOD,
  } as const;

  const points = TERMS.map((words, i) => ({ term: i + 1, words, day: dayOfTerm(i + 1) })).filter(({ day }) => day <= until); // prettier-ignore
  const endedBy = (day: number) => moves.filter((move) => move.end === 'left' && move.days <= day).length;
  const released = Disclosed.running(points.map(({ day }) => endedBy(day)), { tier, total: n, permitted }); // prettier-ignore
  const terms = points.map(({ term, words, day }, i): Term => {
    const { survival: lasting, row } = survivalAt(survival, day);
    const range = row?.ci ? { lower: row.ci[0], upper: row.ci[1] } : null;
    const followed = longest.filter((own) => own >= day).length;
    return {
      term,
      words,
      day,
      result: Result.of({
        ...figure,
        value: (released[i] as (typeof released)[number]).with('share', { lasting }).with('count', { followed }),
        interval: () => range,
        sentence: { of: 'lasting', since, n, after: words, lasting, range },
      }),
    };
  });

  const preferred = [...terms.slice(0, HEADLINE).reverse(), ...terms.slice(HEADLINE)];
  const headline = preferred.find(({ result }) => result.sentence !== WITHHELD) ?? preferred[0];
  const curve = tier === 1 ? wholeCurve(survival, terms, { n, until }) : curveByTerm(terms);
  return {
    result:
      headline?.result ??
      Result.of({
        ...figure,
        value: Disclosed.over([], tier).with('count', { total: permitted ? n : null, lasting: null, followed: null }),
        interval: () => null,
        sentence: { of: 'followed too briefly', since },
      }),
    terms,
    curve: permitted && terms.length > 0 ? curve : null,
    followedNoLonger: permitted ? noLonger(moves, figure, tier) : null,
  };
}

/** A term with the day it ends on. */
type Term = MovesThatLast['terms'][number] & { readonly day: number };

/** For members: every ending, as far as 5 moves are followed. */
function wholeCurve({ rows }: Survival, terms: readonly Term[], { n, until }: { n: number; until: number }): Curve {
  return {
    steps: whileAtRisk(rows, FEWEST_FOLLOWED).map(({ time, survival, ci }) => ({
      day: time,
      lasting: 100 * survival,
      range: ci && { lower: 100 * ci[0], upper: 100 * ci[1] },
    })),
    until,
    followed: [{ term: 0, day: 0, count: n }, ...terms.map(followedAt)],
    byTerm: false,
  };
}

/** For others: where terms end, and only those that are open; single endings would be small counts. */
function curveByTerm(terms: readonly Term[]): Curve | null {
  const open = terms.filter(({ result }) => result.sentence !== WITHHELD);
  const [first] = open;
  if (!first) return null;
  return {
    steps: open.map(({ day, result }) => ({
      day,
      lasting: result.value.lasting as number,
      range: result.interval === WITHHELD ? null : result.interval,
    })),
    until: (open.at(-1) as Term).day,
    followed: [{ term: 0, day: 0, count: first.result.value.total as number }, ...open.map(followedAt)],
    byTerm: true,
  };
}

const followedAt = ({ term, day, result }: Term) => ({ term, day, count: result.value.followed as number });

/** Nothing too where it would rest on a few children: whether it is said must not tell how many. */
function noLonger(
  moves: readonly FollowedMove[],
  figure: Pick<Figure<'km', never>, 'gate' | 'counts' | 'signal' | 'tooFew' | 'methodVersion'>,
  tier: Tier,
): MovesThatLast['followedNoLonger'] {
  const other = moves.filter(({ end }) => end === 'other').length;
  const rest = moves.length - other;
  const [value] = Disclosed.table([{ other, rest }], { tier, permitted: () => true });
  if (!value?.isOpen || other <= MANY_FOLLOWED_NO_LONGER * moves.length) return null;
  const share = other / moves.length;
  return Result.of({ ...figure, value, interval: () => null, sentence: { of: 'followed no longer', share } });
}
