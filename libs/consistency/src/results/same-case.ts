/**
 * "Same case, same decision": would another panel have decided the same (consistency.md 2c, 2d)? Only a calibration round can
 * tell, in which panels decide the same case summaries apart from each other. Pure: votes in, disclosed results out.
 */
import { Disclosed, type Shown, type Tier } from '../disclosure';
import { gate, permits } from '../gates';
import { type Range, Result } from '../result';
import { countRatings, gwetAc1, jackknifedAlpha, pairAgreement } from '../statistics/agreement';
import { jackknife } from '../statistics/jackknife';
import { chanceOfDisagreement, noiseAudit } from '../statistics/noise-audit';
import { byCodePoints, sum } from '../statistics/numbers';

export const ROUND_METHOD = 'round-1';

/** Above this share of one outcome the index is drawn down, and a companion stands beside it. */
const ONE_OUTCOME = 0.8;

export interface Round {
  readonly panels: readonly string[];
  /** Composites that are about no child; for each panel whether it supported the move, null where it did not take part. */
  readonly summaries: readonly { readonly name: string; readonly supported: readonly (boolean | null)[] }[];
}

/** The grid: what the panels decided on each summary, the most divided first. */
export interface GridRow {
  readonly summary: string;
  readonly supported: number;
  readonly of: number;
  /** Column by column; the columns are the panels from the one that supported most to the one that supported least. */
  readonly votes: readonly (boolean | null)[];
}

export interface Grid {
  readonly rows: readonly GridRow[];
  /** The column of the reader's own panel, the only one that is named; null for everybody else. */
  readonly own: { readonly panel: string; readonly column: number } | null;
  /** Of the disagreement, the part from level and the part from pattern, per cent; null where panels were absent. */
  readonly parts: { readonly level: number; readonly pattern: number } | null;
}

export interface SameCase {
  readonly agreement: Result<
    'agreement',
    { readonly summaries: Shown; readonly panels: Shown; readonly agreement: Shown }
  >;
  /** Null where all decisions are the same: then there is no luck to allow for. */
  readonly index: Result<'agreement', { readonly alpha: Shown; readonly ac1: Shown }> | null;
  /** How often two panels differ, and its parts; the range is that of `level`. Null where panels were absent. */
  readonly disagreement: Result<
    'agreement',
    { readonly disagreement: Shown; readonly level: Shown; readonly pattern: Shown }
  > | null;
  /** Null under the gate, and on tier 3. */
  readonly grid: Grid | null;
}

/** `ownPanel` is that of a reader who belongs to its team (tier 1). */
export function sameCase(
  round: Round,
  { tier, ownPanel }: { readonly tier: Tier; readonly ownPanel?: string },
): SameCase {
  const counts = countRatings(
    round.summaries.map(({ supported }) => supported),
    [true, false],
  );
  const paired = counts.filter((row) => sum(row) >= 2);
  const present = round.panels.filter((_, p) => round.summaries.some(({ supported }) => supported[p] !== null));
  const size = { units: paired.length, raters: present.length };
  const code = gate('agreement', size);
  // Under the gate not even the figures are worked out: a round of one has none.
  const isOpen = permits(code) !== 'nothing';
  const share = isOpen ? pairAgreement(paired) : null;
  const told = { summaries: size.units, panels: size.raters, indicative: code === 'indicative' };
  const common = {
    gate: 'agreement',
    counts: size,
    signal: 'none',
    tooFew: { of: 'too small a round', ...told },
    methodVersion: ROUND_METHOD,
  } as const;
  // Case summaries are composites: there is no child's count to withhold.
  const open = Disclosed.over([], tier);
  const range = isOpen ? within(jackknife(share, leftOut(paired).map(pairAgreement))?.ci, 0, 1) : null;
  const { ofIndex, alpha } = isOpen ? indexOf(paired) : { ofIndex: null, alpha: null };
  const parts = isOpen ? partsOf(round) : null;
  return {
    agreement: Result.of({
      ...common,
      value: open.with('number', { summaries: size.units, panels: size.raters }).with('share', { agreement: share }),
      interval: () => range,
      sentence: { of: 'agreement', ...told, share: share ?? 0, range },
    }),
    index:
      ofIndex === null
        ? null
        : Result.of({
            ...common,
            value: open.with('index', { alpha, ac1: ofIndex.ac1 }),
            interval: () => ofIndex.range,
            unit: 'index',
            sentence: { of: 'agreement index', ...told, share: share ?? 0, alpha: alpha ?? 0, ...ofIndex },
          }),
    disagreement:
      parts === null
        ? null
        : Result.of({
            ...common,
            value: open.with('share', { disagreement: parts.disagreement, level: parts.level, pattern: parts.pattern }),
            interval: () => parts.range,
            sentence: { of: 'disagreement', ...told, share: parts.disagreement, level: parts.level ?? 0 },
          }),
    grid: isOpen && tier !== 3 ? gridOf(round, tier === 1 ? ownPanel : undefined, parts && rounded(open, parts)) : null,
  };
}

const leftOut = <Unit>(units: readonly Unit[]): Unit[][] => units.map((_, i) => units.filter((__, j) => j !== i));

const within = (ci: readonly [number, number] | undefined, least: number, most: number): Range | null =>
  ci ? { lower: Math.max(least, ci[0]), upper: Math.min(most, ci[1]) } : null;

function indexOf(paired: readonly (readonly number[])[]) {
  const { estimate: alpha, ci } = jackknifedAlpha(paired);
  if (alpha === null) return { alpha, ofIndex: null };
  const supported = sum(paired.map(([yes]) => yes as number)) / sum(paired.flat());
  const isOneSided = Math.max(supported, 1 - supported) > ONE_OUTCOME;
  return {
    alpha,
    ofIndex: { range: ci && { lower: ci[0], upper: ci[1] }, ac1: isOneSided ? gwetAc1(paired).coef : null },
  };
}

interface Parts {
  readonly disagreement: number;
  /** Of the disagreement; null where there is none. */
  readonly level: number | null;
  readonly pattern: number | null;
  readonly range: Range | null;
}

/** Of a round in which every panel decided every summary. */
function partsOf({ summaries }: Round): Parts | null {
  const matrix = summaries.map(({ supported }) => supported.map((vote) => (vote === null ? null : Number(vote))));
  const complete = matrix.filter((row): row is number[] => row.every((vote) => vote !== null));
  if (complete.length < matrix.length) return null;
  const levelOf = (rows: readonly (readonly number[])[]) => {
    const { descriptive } = noiseAudit(rows);
    return descriptive.systemSq === 0 ? null : descriptive.levelSq / descriptive.systemSq;
  };
  const level = levelOf(complete);
  return {
    disagreement: chanceOfDisagreement(noiseAudit(complete)),
    level,
    pattern: level === null ? null : 1 - level,
    range: within(jackknife(level, leftOut(complete).map(levelOf))?.ci, 0, 1),
  };
}

function rounded(open: Disclosed<unknown>, { level }: Parts): Grid['parts'] {
  if (level === null) return null;
  const part = open.rounded(level, 'share');
  return { level: part, pattern: 100 - part };
}

function gridOf({ panels, summaries }: Round, ownPanel: string | undefined, parts: Grid['parts']): Grid {
  const supportedBy = (p: number) => {
    const votes = summaries.map(({ supported }) => supported[p]).filter((vote) => vote !== null);
    return votes.length === 0 ? 0 : votes.filter(Boolean).length / votes.length;
  };
  // Equal panels stand in an order that tells nothing: that of their decisions.
  const votesOf = (p: number) => summaries.map(({ supported }) => String(supported[p])).join();
  const columns = panels
    .map((_, p) => p)
    .sort((a, b) => supportedBy(b) - supportedBy(a) || byCodePoints(votesOf(a), votesOf(b)));
  const rows = summaries.map(({ name, supported }) => {
    const votes = columns.map((p) => supported[p] as boolean | null);
    const cast = votes.filter((vote) => vote !== null);
    return { summary: name, supported: cast.filter(Boolean).length, of: cast.length, votes };
  });
  const split = ({ supported, of }: GridRow) => (of === 0 ? 0 : Math.min(supported, of - supported) / of);
  const column = columns.findIndex((p) => panels[p] === ownPanel);
  return {
    rows: [...rows].sort((a, b) => split(b) - split(a) || b.supported - a.supported),
    own: ownPanel !== undefined && column >= 0 ? { panel: ownPanel, column } : null,
    parts,
  };
}
