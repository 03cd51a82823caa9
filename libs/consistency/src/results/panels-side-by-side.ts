/**
 * "Panels side by side": does each panel support managed moves about as often as the others? Pure: counts by panel and
 * month in, disclosed rows out (consistency.md 1.0 to 1.3 and 2a).
 */
import { Disclosed, type DisclosedShare, type Tier, type WindowCounts, type Withheld, WITHHELD } from '../disclosure';
import { gate, type GateCode, permits } from '../gates';
import { Result } from '../result';
import { signalsAmong } from './among-many';
import { say, type Sentence } from '../sentences';
import { directionOf, type Signal, signalOf } from '../signal';
import { midP } from '../statistics/binomial';
import {
  drawnBoundaries,
  drawnBoundary,
  LOOK_TAIL,
  pooledShare,
  type TailSignal,
  tailSignal,
  WATCH_TAIL,
} from '../statistics/funnel';
import { firstMonthOffered, LAST_36_MONTHS, type Month, monthsBetween, offeredWindows, type Window } from '../windows';

/** Which version of the method made a figure; raised whenever a figure could change for the same data. */
export const FUNNEL_METHOD = 'funnel-1';

export interface PanelMonth {
  readonly panel: string;
  readonly month: Month;
  /** Decisions, deferrals included. */
  readonly n: number;
  /** Decisions that supported a managed move. */
  readonly y: number;
}

export interface PanelResult {
  readonly panel: string;
  readonly result: Result<'funnel', DisclosedShare>;
}

/** One row as JSON, CSV and the command line give it. */
export interface PanelRow {
  readonly panel: string;
  readonly decisions: number | Withheld | null;
  readonly supported: number | Withheld | null;
  /** The 99.8% drawn boundaries at the panel's n, per cent; null below 20 decisions. */
  readonly lower: number | Withheld | null;
  readonly upper: number | Withheld | null;
  readonly gate: GateCode['funnel'];
  readonly signal: Signal | Withheld;
  readonly sentence: Sentence | Withheld;
  readonly methodVersion: string;
}

/** What the funnel draws: only what the rows show. */
export interface FunnelPoint {
  readonly panel: string;
  readonly n: number;
  readonly y: number;
  readonly signal: Signal;
  readonly judged: boolean;
}

/** The exact boundaries at n decisions, as shares. */
export interface FunnelLine {
  readonly n: number;
  readonly watch: { readonly lower: number; readonly upper: number };
  readonly look: { readonly lower: number; readonly upper: number };
}

export interface Funnel {
  readonly norm: number;
  readonly points: readonly FunnelPoint[];
}

/** Lines start where panels are judged (consistency.md 1.0), and reach a little beyond. */
const FIRST_LINE_N = 20;

export interface PanelsSideBySide {
  readonly tier: Tier;
  readonly window: Window;
  readonly windows: readonly Window[];
  readonly finding: Sentence;
  readonly falseAlarms: Sentence | null;
  readonly results: readonly PanelResult[];
  readonly funnel: Funnel | null;
}

export class UnknownWindow extends Error {
  override readonly name = 'UnknownWindow';
  constructor(
    readonly key: string,
    readonly offered: readonly string[],
  ) {
    super(`The window "${key}" is not offered: choose one of ${offered.join(', ')}.`);
  }
}

/** A panel before release: its true counts, and what the reader may know of them. */
interface Cell {
  readonly panel: string;
  readonly n: number;
  readonly y: number;
  readonly disclosed: Disclosed<DisclosedShare>;
  readonly judged: boolean;
}

/** Nothing when no decision has been recorded yet; months before any window count for nothing. Throws UnknownWindow. */
export function panelsSideBySide(
  everyMonth: readonly PanelMonth[],
  { tier, windowKey = LAST_36_MONTHS }: { readonly tier: Tier; readonly windowKey?: string },
): PanelsSideBySide | undefined {
  const recorded = everyMonth.filter((row) => row.n > 0).map((row) => row.month);
  if (recorded.length === 0) return undefined;
  const last = recorded.reduce((a, b) => (a > b ? a : b));
  const offered = firstMonthOffered(last);
  const months = everyMonth.filter((row) => row.month >= offered);
  const first = recorded.reduce((a, b) => (b >= offered && b < a ? b : a), last);
  const windows = offeredWindows(first, last);
  const window = windows.find((offered) => offered.key === windowKey);
  if (!window)
    throw new UnknownWindow(
      windowKey,
      windows.map((offered) => offered.key),
    );

  const covered = monthsBetween(first, last);
  const panels = [...new Set(months.map((row) => row.panel))].sort((a, b) => a.localeCompare(b, 'en-GB'));
  const cells = panels.map((panel) => {
    const rows = months.filter((row) => row.panel === panel);
    return cellOf(panel, windows.map((offered) => countsIn(offered, rows, covered)), { key: window.key, tier }); // prettier-ignore
  });
  const shown = cells.filter((cell) => cell.disclosed.isOpen);
  const norm = pooledShare(shown);
  const judged = shown.filter((cell) => cell.judged);
  const signals = norm === undefined || judged.length < 2 ? new Map<string, TailSignal>() : signalsOf(judged, norm);
  const tailOf = (cell: Cell) => signals.get(cell.panel) ?? 'within';
  const points = shown.map((cell) => pointOf(cell, tailOf(cell)));
  return {
    tier,
    window,
    windows,
    finding: say({ of: 'finding', shown: shown.map((cell) => readingOf(cell, tailOf(cell))) }, tier),
    falseAlarms: judged.length < 2 ? null : say({ of: 'false alarms', panels: judged.length }, tier),
    results: cells.map((cell) => ({ panel: cell.panel, result: resultOf(cell, norm ?? 0, tailOf(cell)) })),
    funnel: norm !== undefined && gate('panels', { count: shown.length }) === 'chart' ? { norm, points } : null,
  };
}

/** The row of a result, for JSON, CSV and the command line. */
export const rowOf = ({ panel, result }: PanelResult): PanelRow => ({
  panel,
  decisions: result.value.decisions,
  supported: result.value.supported,
  lower: result.interval === null || result.interval === WITHHELD ? result.interval : result.interval.lower,
  upper: result.interval === null || result.interval === WITHHELD ? result.interval : result.interval.upper,
  gate: result.gate,
  signal: result.signal,
  sentence: result.sentence,
  methodVersion: result.methodVersion,
});

/** The lines that a funnel draws beside its points, from the first n that is judged. */
export function linesOf({ norm, points }: Funnel): FunnelLine[] {
  const largest = Math.max(FIRST_LINE_N + 10, ...points.map((point) => point.n));
  const watch = drawnBoundaries(FIRST_LINE_N, largest, norm, WATCH_TAIL);
  const look = drawnBoundaries(FIRST_LINE_N, largest, norm, LOOK_TAIL);
  return look.map((own, i) => ({ n: FIRST_LINE_N + i, watch: watch[i] as typeof own, look: own }));
}

function countsIn(window: Window, rows: readonly PanelMonth[], covered: readonly Month[]): WindowCounts {
  const isIn = (month: Month) => month >= window.from && month <= window.to;
  let n = 0;
  let y = 0;
  for (const row of rows) {
    if (!isIn(row.month)) continue;
    n += row.n;
    y += row.y;
  }
  const months = covered.map((month) => Number(isIn(month)));
  return { key: window.key, months, n, y, keep: window.key === LAST_36_MONTHS };
}

function cellOf(
  panel: string,
  windows: readonly WindowCounts[],
  { key, tier }: { readonly key: string; readonly tier: Tier },
): Cell {
  const { n, y } = windows.find((window) => window.key === key) as WindowCounts;
  const permitted = (count: number) => permits(gate('funnel', { n: count }));
  return {
    panel,
    n,
    y,
    disclosed: Disclosed.share(windows, { key, tier, countMayBeShown: (count) => permitted(count) !== 'nothing' }),
    judged: permitted(n) === 'signal',
  };
}

function signalsOf(judged: readonly Cell[], norm: number): Map<string, TailSignal> {
  const signals = signalsAmong(
    judged.map(({ n, y }) => ({ tail: tailSignal({ n, y }, norm), midP: midP(y, n, norm), isAbove: y > n * norm })),
  );
  return new Map(judged.map((cell, i) => [cell.panel, signals[i] as TailSignal]));
}

const readingOf = ({ panel, judged }: Cell, tail: TailSignal) => ({
  panel,
  judged,
  signal: signalOf(tail),
  direction: directionOf(tail),
});

const resultOf = (cell: Cell, norm: number, tail: TailSignal): PanelResult['result'] =>
  Result.of({
    gate: 'funnel',
    counts: { n: cell.n },
    value: cell.disclosed,
    interval: () => drawnBoundary(cell.n, norm, LOOK_TAIL),
    signal: signalOf(tail),
    sentence: { of: 'panel share', ...readingOf(cell, tail), n: cell.n, y: cell.y, norm },
    tooFew: { of: 'too few decisions', panel: cell.panel },
    methodVersion: FUNNEL_METHOD,
  });

const pointOf = (cell: Cell, tail: TailSignal): FunnelPoint => ({
  panel: cell.panel,
  n: cell.disclosed.value.decisions as number,
  y: cell.disclosed.value.supported as number,
  signal: signalOf(tail),
  judged: cell.judged,
});
