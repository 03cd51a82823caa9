/** Is this panel steady over time (consistency.md 2b): a chart of its months or terms, or a running difference. */
import type { Tier } from '../disclosure';
import type { Signal } from '../signal';
import { inHundred, listOf, rangeInHundred, WHERE_TO_LOOK } from './frequencies';

export interface Steady {
  readonly panel: string;
  readonly by: 'month' | 'term';
  /** How many months or terms are shown, and how many are not; the first that is, "May 2025". */
  readonly points: number;
  readonly withheld: number;
  readonly since: string;
  readonly share: number;
  /** The usual range of a middling month or term; null under 12 points. */
  readonly usual: { readonly lower: number; readonly upper: number } | null;
  /** From 20 points on. */
  readonly firm: boolean;
  /** Which lie outside their own usual range. */
  readonly outside: readonly string[];
  /** The longest run on one side of the usual level: from and to are months or terms. */
  readonly run: {
    readonly length: number;
    readonly side: 'above' | 'below';
    readonly from: string;
    readonly to: string;
  };
}

export interface Running {
  readonly panel: string;
  readonly since: string;
  readonly n: number;
  readonly y: number;
  readonly expected: number;
  /** How far chance alone mostly leads from it. */
  readonly chance: number;
  readonly signal: Signal;
  readonly direction: 'more' | 'fewer' | undefined;
  /** False from 10 to 19 decisions: shown, but too few to judge. */
  readonly judged: boolean;
}

export const steadyOverTimeTemplates = {
  steady,
  'too few points': ({ panel, by }: Pick<Steady, 'panel' | 'by'>) =>
    `Too few ${by}s of ${panel} can be shown for a chart over time.`,
  running,
  'too few to follow': ({ panel }: { readonly panel: string }) =>
    `${panel} has made too few decisions to be followed over time.`,
};

/** As many as raise "Look". */
const RUN = 8;

function steady({ panel, by, points, withheld, since, share, usual, firm, outside, run }: Steady): string {
  const many = `${points} ${by}s${withheld === 0 ? '' : ` that can be shown (${withheld} cannot)`}`;
  if (!usual) return `${panel} supported a managed move in ${inHundred(share)} over ${many}. A usual range takes 12.`;
  const range = rangeInHundred(usual.lower, usual.upper);
  if (!firm)
    return `From the ${many} so far, the usual range of ${panel} would be ${range}. It takes 20 to be sure of it.`;
  const looks = [
    ...(outside.length > 0
      ? [`In ${listOf(outside)} the share that ${panel} supported lay outside its usual range, mostly ${range}.`]
      : []),
    ...(run.length >= RUN
      ? [
          `From ${run.from} to ${run.to}, ${run.length} ${by}s in a row, ${panel} lay ${run.side} its usual level, ${inHundred(share)}.`,
        ]
      : []),
  ];
  if (looks.length > 0) return `${looks.join(' ')} Ask what happened then: ${WHERE_TO_LOOK}.`;
  return `The share that ${panel} supported has stayed within its usual range, mostly ${range}, in all of the ${many} since ${since}. Eight ${by}s in a row on one side of its usual level would be worth a look; the longest run so far is ${run.length}.`;
}

function running({ panel, since, n, y, expected, chance, signal, direction, judged }: Running, tier: Tier): string {
  const gap = Math.round(Math.abs(y - expected));
  const ahead = gap === 0 ? 'as many as expected' : `${gap} ${y > expected ? 'more' : 'fewer'} than expected`;
  const per100 = Math.round((100 * Math.abs(y - expected)) / n);
  const share =
    tier === 3
      ? `Since ${since}, ${panel} supported about ${per100 === 0 ? 'as many as' : `${per100} in 100 ${y > expected ? 'more' : 'fewer'} than`} expected for cases like these.`
      : `Since ${since}, ${panel} supported ${y} of ${n}. For cases like these we would expect about ${Math.round(expected)}: so far ${ahead}.`;
  if (!judged) return `${share} Fewer than 20 decisions are too few to say more.`;
  const usual =
    tier === 3
      ? `Chance alone mostly stays within ${Math.round((100 * chance) / n)} in 100.`
      : `Chance alone mostly stays within ${Math.round(chance)} either way.`;
  const verdict =
    signal === 'Look'
      ? `At some point it went on supporting ${direction} for longer than a steady panel would: ${WHERE_TO_LOOK}.`
      : 'Nothing points to a lasting change.';
  return `${share} ${usual} ${verdict}`;
}
