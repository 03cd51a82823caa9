/**
 * "How much panels differ": do their shares vary more than chance alone would make them, and what is each share worth for
 * planning (consistency.md 2a, overdispersion and shrinkage)? Pure: counts in, disclosed results out.
 */
import { Disclosed, type DisclosedShare, type Shown, type Tier, type WindowCounts } from '../disclosure';
import { gate, permits } from '../gates';
import { type Funnel, linesOf } from './panels-side-by-side';
import { Result } from '../result';
import { signalOf } from '../signal';
import { midP } from '../statistics/binomial';
import { chiSquareQuantile, Z95 } from '../statistics/distributions';
import { pooledShare, type TailSignal, tailSignal } from '../statistics/funnel';
import { sum } from '../statistics/numbers';
import { dispersionOfShares, widenedLimits } from '../statistics/overdispersion';
import { normalShrinkage } from '../statistics/shrinkage';
import { signalsAmong } from './among-many';

export const SPREAD_METHOD = 'spread-1';
export const PLANNING_METHOD = 'planning-1';

/** Standard deviations of the widened outer lines. */
const OUTER = 3.09;

export interface PanelWindows {
  readonly panel: string;
  /** Its counts in every published window, as the page of panels side by side takes them. */
  readonly windows: readonly WindowCounts[];
}

export interface DisclosedSpread {
  /** Those whose shares are shown: no other enters. */
  readonly panels: Shown;
  /** How many times as much panels vary as by chance alone. */
  readonly phi: Shown;
  /** Standard deviation between panels beyond chance, per cent; the furthest tenth at each end pulled in (winsorised). */
  readonly tau: Shown;
}

/** The funnel with the outer lines widened by what panels differ beyond chance; null where that cannot be estimated. */
export interface SpreadFunnel extends Funnel {
  readonly widened: readonly { readonly n: number; readonly lower: number; readonly upper: number }[] | null;
}

export interface HowMuchPanelsDiffer {
  readonly spread: Result<'dispersion', DisclosedSpread>;
  readonly planning: readonly {
    readonly panel: string;
    readonly result: Result<'funnel' | 'shrinkage', DisclosedShare & { readonly planning: Shown }>;
  }[];
  /** Null with fewer than four panels: then words only. */
  readonly funnel: SpreadFunnel | null;
}

interface Cell {
  readonly panel: string;
  readonly n: number;
  readonly y: number;
  readonly share: Disclosed<DisclosedShare>;
}

export function howMuchPanelsDiffer(
  panels: readonly PanelWindows[],
  { key, tier }: { readonly key: string; readonly tier: Tier },
): HowMuchPanelsDiffer {
  const cells = panels.map((panel) => cellOf(panel, { key, tier }));
  const shown = cells.filter(({ share }) => share.isOpen);
  const norm = pooledShare(shown) ?? 0;
  return {
    spread: spreadOf(shown, norm, tier),
    planning: planningOf(cells, shown, norm),
    funnel: gate('panels', { count: shown.length }) === 'chart' ? funnelOf(shown, norm) : null,
  };
}

const permitted = (n: number) => permits(gate('funnel', { n }));

function cellOf({ panel, windows }: PanelWindows, { key, tier }: { key: string; tier: Tier }): Cell {
  const share = Disclosed.share(windows, { key, tier, countMayBeShown: (n) => permitted(n) !== 'nothing' });
  const { n, y } = windows.find((window) => window.key === key) as WindowCounts;
  return { panel, n, y, share };
}

function spreadOf(shown: readonly Cell[], norm: number, tier: Tier): HowMuchPanelsDiffer['spread'] {
  const panels = shown.length;
  const found = panels < 2 ? null : dispersionOfShares(shown, norm);
  const tau = found ? Math.sqrt(found.tau2Winsorised) : null;
  const chance = {
    lower: panels < 2 ? 0 : chiSquareQuantile(0.025, panels - 1) / panels,
    upper: panels < 2 ? 0 : chiSquareQuantile(0.975, panels - 1) / panels,
  };
  return Result.of({
    gate: 'dispersion',
    // Where all panels say the same of every case, nothing varies that could be set beside chance.
    counts: { panels: found ? panels : 0 },
    value: Disclosed.over(
      shown.map(({ share }) => share),
      tier,
    )
      .with('number', { panels, phi: permitsSpread(panels) ? (found?.phi ?? null) : null })
      .with('share', { tau: permitsSpread(panels) ? tau : null }),
    interval: () => chance,
    unit: 'number',
    signal: 'none',
    sentence: { of: 'spread', panels, phi: found?.phi ?? 0, chance, tau: tau ?? 0, norm },
    tooFew: { of: 'spread unknown', panels },
    methodVersion: SPREAD_METHOD,
  });
}

const permitsSpread = (panels: number): boolean => gate('dispersion', { panels }) === 'show';

function planningOf(cells: readonly Cell[], shown: readonly Cell[], norm: number): HowMuchPanelsDiffer['planning'] {
  const counts = { panels: shown.length, decisions: sum(shown.map(({ n }) => n)) };
  const isPermitted = gate('shrinkage', counts) === 'show';
  const shrinkage = isPermitted ? normalShrinkage(shown) : undefined;
  return cells.map((cell) => {
    const { panel, n, y, share } = cell;
    const own = shrinkage?.rows[shown.indexOf(cell)];
    const half = own ? Z95 * own.sd : 0;
    const range =
      half > 0 && own ? { lower: Math.max(0, own.shrunk - half), upper: Math.min(1, own.shrunk + half) } : null;
    const figure = {
      value: share.with('share', { planning: own?.shrunk ?? null }),
      interval: () => range,
      signal: 'none',
      sentence: { of: 'planning share', panel, n, y, shrunk: own?.shrunk ?? 0, range, norm },
      methodVersion: PLANNING_METHOD,
    } as const;
    const result =
      permitted(n) === 'nothing'
        ? Result.of({ ...figure, gate: 'funnel', counts: { n }, tooFew: { of: 'too few decisions', panel } })
        : Result.of({ ...figure, gate: 'shrinkage', counts, tooFew: { of: 'too few for planning', panel } });
    return { panel, result };
  });
}

function funnelOf(shown: readonly Cell[], norm: number): SpreadFunnel {
  const judged = shown.filter(({ n }) => permitted(n) === 'signal');
  const tails = signalsAmong(
    judged.map(({ n, y }) => ({ tail: tailSignal({ n, y }, norm), midP: midP(y, n, norm), isAbove: y > n * norm })),
  );
  const points = shown.map((cell) => {
    const at = judged.indexOf(cell);
    return {
      panel: cell.panel,
      n: cell.share.value.decisions as number,
      y: cell.share.value.supported as number,
      signal: at < 0 || judged.length < 2 ? 'none' : signalOf(tails[at] as TailSignal),
      judged: at >= 0,
    } as const;
  });
  const found = permitsSpread(shown.length) ? dispersionOfShares(shown, norm) : null;
  return {
    norm,
    points,
    widened: found
      ? linesOf({ norm, points }).map(({ n }) => ({ n, ...widenedLimits(n, norm, found.tau2Winsorised, OUTER) }))
      : null,
  };
}
