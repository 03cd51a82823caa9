/**
 * "Panels side by side": does each panel support managed moves about as often as the others? Pure: counts by panel and
 * month in, disclosed rows out (consistency.md 1.0 to 1.3 and 2a).
 */
import {
  splitMayBeShown,
  roundedTo5,
  type Tier,
  WITHHELD,
  type Withheld,
  withheldAgainstDifferencing,
} from './disclosure';
import { gate, type GateCode } from './gates';
import type { Result, Signal } from './result';
import { falseAlarmSentence, findingSentence, panelSentence, tooFewSentence } from './sentences';
import { midP } from './statistics/binomial';
import { adjustedForMany } from './statistics/false-discovery';
import { drawnBoundary, LOOK_TAIL, pooledShare, type TailSignal, tailSignal } from './statistics/funnel';
import { LAST_36_MONTHS, type Month, monthsBetween, offeredWindows, type Window } from './windows';

/** Which version of the method made a figure; raised whenever a figure could change for the same data. */
export const FUNNEL_METHOD = 'funnel-1';

/** Above this many panels the list of Benjamini-Hochberg decides, not the lines (consistency.md 1.1). */
const MANY_PANELS = 20;
const FALSE_DISCOVERY_RATE = 0.05;

export interface PanelMonth {
  readonly panel: string;
  readonly month: Month;
  /** Decisions, deferrals included. */
  readonly n: number;
  /** Decisions that supported a managed move. */
  readonly y: number;
}

/** Decisions and how many of them supported a move, as far as the tier shows them. */
export interface SupportedShare {
  readonly decisions: number | Withheld | null;
  readonly supported: number | Withheld | null;
}

export interface PanelResult extends Result<SupportedShare, GateCode['funnel']> {
  readonly panel: string;
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
  readonly sentence: string;
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

export interface PanelsSideBySide {
  readonly tier: Tier;
  readonly window: Window;
  readonly windows: readonly Window[];
  readonly finding: string;
  readonly falseAlarms: string | null;
  readonly results: readonly PanelResult[];
  readonly funnel: { readonly norm: number; readonly points: readonly FunnelPoint[] } | null;
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

interface Cell {
  readonly panel: string;
  readonly n: number;
  readonly y: number;
  readonly gate: GateCode['funnel'];
  /** Both counts may be shown; otherwise the split is withheld, and with `hiddenCount` the number of decisions too. */
  readonly open: boolean;
  readonly hiddenCount: boolean;
}

/** Nothing when no decision has been recorded yet. Throws UnknownWindow. */
export function panelsSideBySide(
  months: readonly PanelMonth[],
  { tier, windowKey = LAST_36_MONTHS }: { readonly tier: Tier; readonly windowKey?: string },
): PanelsSideBySide | undefined {
  const recorded = months.filter((row) => row.n > 0).map((row) => row.month);
  if (recorded.length === 0) return undefined;
  const first = recorded.reduce((a, b) => (a < b ? a : b));
  const last = recorded.reduce((a, b) => (a > b ? a : b));
  const windows = offeredWindows(first, last);
  const window = windows.find((offered) => offered.key === windowKey);
  if (!window)
    throw new UnknownWindow(
      windowKey,
      windows.map((offered) => offered.key),
    );

  const panels = [...new Set(months.map((row) => row.panel))].sort((a, b) => a.localeCompare(b, 'en-GB'));
  const cells = panels.map((panel) =>
    disclosedCell(
      panel,
      months.filter((row) => row.panel === panel),
      { window, windows, tier, months: monthsBetween(first, last) },
    ),
  );
  const shown = cells.filter((cell) => cell.open);
  const norm = pooledShare(shown);
  const judged = shown.filter((cell) => cell.gate === 'show');
  const signals = norm === undefined || judged.length < 2 ? new Map<string, TailSignal>() : signalsOf(judged, norm);

  const rows = cells.map((cell) => resultOf(cell, { norm, tail: signals.get(cell.panel) ?? 'within', tier }));
  const points = shown.map((cell) => pointOf(cell, signals.get(cell.panel) ?? 'within', tier));
  const compared = gate('panels', { count: shown.length });
  return {
    tier,
    window,
    windows,
    finding: findingSentence(
      shown.map((cell) => {
        const tail = signals.get(cell.panel) ?? 'within';
        return { panel: cell.panel, signal: signalOf(tail), tail, judged: cell.gate === 'show' };
      }),
    ),
    falseAlarms: judged.length < 2 ? null : falseAlarmSentence(judged.length),
    results: rows,
    funnel: compared === 'chart' && norm !== undefined ? { norm, points } : null,
  };
}

/** The row of a result, for JSON, CSV and the command line. */
export const rowOf = (result: PanelResult): PanelRow => ({
  panel: result.panel,
  decisions: result.value.decisions,
  supported: result.value.supported,
  lower: result.interval === null || result.interval === WITHHELD ? result.interval : result.interval.lower,
  upper: result.interval === null || result.interval === WITHHELD ? result.interval : result.interval.upper,
  gate: result.gate,
  signal: result.signal,
  sentence: result.sentence,
  methodVersion: result.methodVersion,
});

function countIn(rows: readonly PanelMonth[], { from, to }: { from: Month; to: Month }): { n: number; y: number } {
  let n = 0;
  let y = 0;
  for (const row of rows) {
    if (row.month < from || row.month > to) continue;
    n += row.n;
    y += row.y;
  }
  return { n, y };
}

function disclosedCell(
  panel: string,
  rows: readonly PanelMonth[],
  {
    window,
    windows,
    tier,
    months,
  }: { window: Window; windows: readonly Window[]; tier: Tier; months: readonly Month[] },
): Cell {
  const { n, y } = countIn(rows, window);
  const code = gate('funnel', { n });
  if (tier === 1) return { panel, n, y, gate: code, open: code !== 'hide', hiddenCount: false };
  const cellsOf = (mayBeShown: (counts: { n: number; y: number }) => boolean) =>
    windows.map((offered) => {
      const counts = countIn(rows, offered);
      return {
        key: offered.key,
        months: months.map((month) => Number(month >= offered.from && month <= offered.to)),
        value: counts.n,
        mayBeShown: mayBeShown(counts),
        keep: offered.key === LAST_36_MONTHS,
      };
    });
  const countMayBeShown = (counts: { n: number }) => gate('funnel', { n: counts.n }) !== 'hide';
  const hiddenCount = withheldAgainstDifferencing(cellsOf(countMayBeShown)).has(window.key) || !countMayBeShown({ n });
  const splitOpen = (counts: { n: number; y: number }) =>
    countMayBeShown(counts) && splitMayBeShown(counts.n, counts.y, tier);
  const splitWithheld = withheldAgainstDifferencing(cellsOf(splitOpen)).has(window.key);
  return { panel, n, y, gate: code, open: !hiddenCount && splitOpen({ n, y }) && !splitWithheld, hiddenCount };
}

/** The signal of each judged panel: its exact tails, or above 20 panels the list of false discovery. */
function signalsOf(judged: readonly Cell[], norm: number): Map<string, TailSignal> {
  const tails = judged.map((cell) => tailSignal(cell, norm));
  if (judged.length > MANY_PANELS) {
    const adjusted = adjustedForMany(judged.map((cell) => midP(cell.y, cell.n, norm)));
    tails.forEach((tail, i) => {
      const high = (judged[i] as Cell).y > (judged[i] as Cell).n * norm;
      if ((adjusted[i] as number) <= FALSE_DISCOVERY_RATE) tails[i] = high ? 'high3' : 'low3';
      else if (tail !== 'within') tails[i] = high ? 'high2' : 'low2';
    });
  }
  return new Map(judged.map((cell, i) => [cell.panel, tails[i] as TailSignal]));
}

const signalOf = (tail: TailSignal): Signal => (tail === 'within' ? 'none' : tail.endsWith('3') ? 'Look' : 'Watch');

const shownCount = (count: number, tier: Tier): number => (tier === 3 ? roundedTo5(count) : count);

function resultOf(
  cell: Cell,
  { norm, tail, tier }: { norm: number | undefined; tail: TailSignal; tier: Tier },
): PanelResult {
  const { panel, n, y } = cell;
  const base = { panel, gate: cell.gate, methodVersion: FUNNEL_METHOD };
  if (cell.gate === 'hide') {
    const value = tier === 1 ? { decisions: n, supported: y } : { decisions: null, supported: null };
    return { ...base, value, interval: null, signal: 'none', sentence: tooFewSentence(panel) };
  }
  if (!cell.open || norm === undefined) {
    const decisions = cell.hiddenCount ? WITHHELD : shownCount(n, tier);
    return {
      ...base,
      value: { decisions, supported: WITHHELD },
      interval: WITHHELD,
      signal: WITHHELD,
      sentence: WITHHELD,
    };
  }
  const judged = cell.gate === 'show';
  const perCent = (share: number) => (tier === 1 ? Number((100 * share).toFixed(4)) : Math.round(100 * share));
  const boundary = judged ? drawnBoundary(n, norm, LOOK_TAIL) : null;
  return {
    ...base,
    value: { decisions: shownCount(n, tier), supported: shownCount(y, tier) },
    interval: boundary && { lower: perCent(boundary.lower), upper: perCent(boundary.upper) },
    signal: signalOf(tail),
    sentence: panelSentence({ panel, n, y, norm, signal: signalOf(tail), tail, judged }, tier),
  };
}

const pointOf = (cell: Cell, tail: TailSignal, tier: Tier): FunnelPoint => ({
  panel: cell.panel,
  n: shownCount(cell.n, tier),
  y: shownCount(cell.y, tier),
  signal: signalOf(tail),
  judged: cell.gate === 'show',
});
