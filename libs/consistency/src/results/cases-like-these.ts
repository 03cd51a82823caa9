/**
 * "Decisions for cases like these": does each panel support managed moves about as often as its own cases would lead one to
 * expect (consistency.md 2a, the main method)? Pure: counts and expected probabilities in, disclosed results out.
 */
import { Disclosed, type DisclosedShare, type Shown, type Tier, type WindowCounts } from '../disclosure';
import { gate, permits } from '../gates';
import { Result } from '../result';
import { say, type Sentence } from '../sentences';
import { directionOf, type Signal, signalOf } from '../signal';
import { type Alike, caseMix, type CaseMix } from '../statistics/case-mix';
import { checkCount } from '../statistics/invalid-input';
import { sum } from '../statistics/numbers';
import { signalsAmong } from './among-many';
import type { PanelWindows } from './how-much-panels-differ';

export const CASE_MIX_METHOD = 'case-mix-1';

/** Standard deviations of the orientation lines: 95 in 100 and 998 in 1,000. */
const INNER = 1.96;
const OUTER = 3.09;

export interface PanelCases extends PanelWindows {
  /** Its decisions in the window that is asked for, by the probability that the baseline gave each. */
  readonly cases: readonly Alike[];
  /** The share of them in which the least complete factor is recorded. */
  readonly recorded: number;
}

export interface DisclosedAgainstExpected extends DisclosedShare {
  readonly expected: Shown;
  /** More in every 100 cases than expected; below 0 fewer. */
  readonly differencePer100: Shown;
  /** Observed over expected. */
  readonly ratio: Shown;
}

export interface PanelAgainstExpected {
  readonly panel: string;
  readonly result: Result<'funnel' | 'caseMix', DisclosedAgainstExpected>;
}

/** What the chart draws, per 100 cases: only what the results show. */
export interface DifferencePoint {
  readonly panel: string;
  readonly decisions: number;
  readonly differencePer100: number;
  /** How far chance alone leads either way, 95 times in 100 and 998 in 1,000: for orientation, never for words. */
  readonly inner: number;
  readonly outer: number;
  readonly signal: Signal;
  readonly judged: boolean;
}

export interface CasesLikeThese {
  readonly finding: Sentence;
  readonly falseAlarms: Sentence | null;
  readonly results: readonly PanelAgainstExpected[];
  /** Null with fewer than four panels: then words only. */
  readonly points: readonly DifferencePoint[] | null;
}

interface Cell {
  readonly panel: string;
  readonly n: number;
  readonly recorded: number;
  readonly mix: CaseMix | undefined;
  readonly value: Disclosed<DisclosedAgainstExpected>;
  readonly judged: boolean;
}

/** Refuses a panel whose cases are not as many as its decisions in the window `key`. */
export function casesLikeThese(
  panels: readonly PanelCases[],
  { key, tier }: { readonly key: string; readonly tier: Tier },
): CasesLikeThese {
  const cells = panels.map((panel) => cellOf(panel, { key, tier }));
  const shown = cells.filter(({ mix, value }) => mix && value.isOpen);
  const judged = shown.filter((cell) => cell.judged);
  const tails = signalsAmong(
    judged.map(({ mix }) => {
      const { signal: tail, midP, observed, expected } = mix as CaseMix;
      return { tail, midP, isAbove: observed > expected };
    }),
  );
  const readingOf = (cell: Cell) => {
    const tail = judged.length < 2 ? 'within' : (tails[judged.indexOf(cell)] ?? 'within');
    return { panel: cell.panel, judged: cell.judged, signal: signalOf(tail), direction: directionOf(tail) };
  };
  return {
    finding: say({ of: 'cases finding', shown: shown.map(readingOf) }, tier),
    falseAlarms: judged.length < 2 ? null : say({ of: 'false alarms', panels: judged.length }, tier),
    results: cells.map((cell) => ({ panel: cell.panel, result: resultOf(cell, readingOf(cell)) })),
    points:
      gate('panels', { count: shown.length }) === 'chart' ? shown.map((cell) => pointOf(cell, readingOf(cell))) : null,
  };
}

function cellOf({ panel, windows, cases, recorded }: PanelCases, { key, tier }: { key: string; tier: Tier }): Cell {
  const permitted = (n: number) => permits(gate('funnel', { n }));
  const share = Disclosed.share(windows, { key, tier, countMayBeShown: (n) => permitted(n) !== 'nothing' });
  const { n, y } = windows.find((window) => window.key === key) as WindowCounts;
  checkCount(`the number of cases of ${panel}`, sum(cases.map(({ count }) => count)), n, n);
  const isComparable = n > 0 && permits(gate('caseMix', { recorded })) === 'signal';
  const mix = isComparable ? caseMix({ observed: y, cases, overallRate: 0 }) : undefined;
  const value = share
    .with('count', { expected: mix?.expected ?? null })
    .with('share', { differencePer100: mix ? mix.differencePer100 / 100 : null })
    .with('number', { ratio: mix?.ratio ?? null });
  return { panel, n, recorded, mix, value, judged: permitted(n) === 'signal' };
}

type Reading = Pick<DifferencePoint, 'panel' | 'judged' | 'signal'> & {
  readonly direction: 'more' | 'less' | undefined;
};

function resultOf({ panel, n, recorded, mix, value }: Cell, reading: Reading): PanelAgainstExpected['result'] {
  const figure = {
    value,
    interval: () => (mix ? { lower: (-OUTER * deviation(mix)) / n, upper: (OUTER * deviation(mix)) / n } : null),
    signal: reading.signal,
    sentence: {
      of: 'against expected',
      ...reading,
      n,
      y: mix?.observed ?? 0,
      expected: mix?.expected ?? 0,
      chance: mix ? INNER * deviation(mix) : 0,
    },
    methodVersion: CASE_MIX_METHOD,
  } as const;
  return mix || n === 0
    ? Result.of({ ...figure, gate: 'funnel', counts: { n }, tooFew: { of: 'too few for expected', panel } })
    : Result.of({ ...figure, gate: 'caseMix', counts: { recorded }, tooFew: { of: 'facts not recorded', panel } });
}

/** Of the number with the outcome, were chance alone at work. */
const deviation = ({ variance }: CaseMix): number => Math.sqrt(variance);

function pointOf({ n, mix, value }: Cell, { panel, judged, signal }: Reading): DifferencePoint {
  const per100 = (deviations: number) => value.rounded((deviations * deviation(mix as CaseMix)) / n, 'share');
  return {
    panel,
    decisions: value.value.decisions as number,
    differencePer100: value.value.differencePer100 as number,
    inner: per100(INNER),
    outer: per100(OUTER),
    signal,
    judged,
  };
}
