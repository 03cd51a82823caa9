/**
 * The one gate function (consistency.md 1.0; reference case P35): whether a figure may be shown at all, and whether it
 * may signal. When a gate fails, widen the window or move up a level; a gate is never lowered.
 */
import { InvalidInput } from './statistics/invalid-input';

export interface GateInput {
  /** Decisions of one panel. */
  readonly funnel: { readonly n: number };
  /** Points, mean decisions a point, mean share. */
  readonly series: { readonly points: number; readonly meanN: number; readonly meanShare: number };
  readonly agreement: { readonly units: number; readonly raters: number };
  readonly ratio: {
    readonly events1: number;
    readonly n1: number;
    readonly events2: number;
    readonly n2: number;
  };
  /** Kaplan-Meier: moves and endings. */
  readonly km: { readonly n: number; readonly events: number };
  /** Cases within the distance limit. */
  readonly precedents: { readonly count: number };
  /** Panels that can be compared on one funnel. */
  readonly panels: { readonly count: number };
  /** Panels whose spread is estimated. */
  readonly dispersion: { readonly panels: number };
  readonly shrinkage: { readonly panels: number; readonly decisions: number };
  /** Moves whose ranges are given. */
  readonly fairShare: { readonly moves: number };
  /** Values of which a 90th centile is given. */
  readonly centile: { readonly n: number };
  readonly logRank: { readonly endings1: number; readonly endings2: number };
  /** Cases on which first views differed. */
  readonly firstViews: { readonly split: number };
  /** Decided cases that a second rater looked at. */
  readonly review: { readonly cases: number };
  /** The least complete factor of a panel, as a share recorded. */
  readonly caseMix: { readonly recorded: number };
}

export interface GateCode {
  readonly funnel: 'hide' | 'show_no_signal' | 'show';
  readonly series: 'use_cusum' | 'no_limits' | 'provisional' | 'firm';
  readonly agreement: 'hide' | 'indicative' | 'show';
  readonly ratio: 'hide' | 'show';
  readonly km: 'hide' | 'show';
  readonly precedents: 'none_close' | 'list_only' | 'share';
  readonly panels: 'none' | 'text' | 'chart';
  readonly dispersion: 'hide' | 'show';
  readonly shrinkage: 'hide' | 'show';
  readonly fairShare: 'counts_only' | 'show';
  readonly centile: 'hide' | 'show';
  readonly logRank: 'hide' | 'show';
  readonly firstViews: 'hide' | 'show';
  readonly review: 'hide' | 'show';
  readonly caseMix: 'hide' | 'show';
}

/** What a code lets a page show: nothing, the figure alone, the figure with its range, or these and a signal. */
const PERMITS: Readonly<Record<GateCode[keyof GateCode], 'nothing' | 'figure' | 'range' | 'signal'>> = {
  hide: 'nothing',
  none_close: 'nothing',
  none: 'nothing',
  use_cusum: 'nothing',
  show_no_signal: 'figure',
  no_limits: 'figure',
  list_only: 'figure',
  counts_only: 'figure',
  text: 'figure',
  provisional: 'range',
  indicative: 'range',
  firm: 'signal',
  share: 'signal',
  chart: 'signal',
  show: 'signal',
};

export const permits = (code: GateCode[keyof GateCode]) => PERMITS[code];

const gates: { readonly [F in keyof GateInput]: (input: GateInput[F]) => GateCode[F] } = {
  funnel: ({ n }) => (n < 10 ? 'hide' : n < 20 ? 'show_no_signal' : 'show'),
  series: ({ points, meanN, meanShare }) => {
    const rarer = Number((meanN * Math.min(meanShare, 1 - meanShare)).toFixed(9));
    if (rarer < 5) return 'use_cusum';
    return points < 12 ? 'no_limits' : points < 20 ? 'provisional' : 'firm';
  },
  agreement: ({ units, raters }) => (units < 10 || raters < 3 ? 'hide' : units < 15 ? 'indicative' : 'show'),
  ratio: ({ events1, n1, events2, n2 }) => (n1 < 30 || n2 < 30 || events1 < 10 || events2 < 10 ? 'hide' : 'show'),
  km: ({ n, events }) => (n < 20 || events < 5 ? 'hide' : 'show'),
  precedents: ({ count }) => (count < 5 ? 'none_close' : count < 10 ? 'list_only' : 'share'),
  panels: ({ count }) => (count < 2 ? 'none' : count < 4 ? 'text' : 'chart'),
  dispersion: ({ panels }) => (panels < 10 ? 'hide' : 'show'),
  shrinkage: ({ panels, decisions }) => (panels < 5 || decisions < 100 ? 'hide' : 'show'),
  fairShare: ({ moves }) => (moves < 20 ? 'counts_only' : 'show'),
  centile: ({ n }) => (n < 20 ? 'hide' : 'show'),
  logRank: ({ endings1, endings2 }) => (Math.min(endings1, endings2) < 10 ? 'hide' : 'show'),
  firstViews: ({ split }) => (split < 20 ? 'hide' : 'show'),
  review: ({ cases }) => (cases < 20 ? 'hide' : 'show'),
  caseMix: ({ recorded }) => (recorded < 0.9 ? 'hide' : 'show'),
};

export function gate<F extends keyof GateInput>(figure: F, input: GateInput[F]): GateCode[F] {
  for (const [name, value] of Object.entries(input))
    if (!(typeof value === 'number' && value >= 0 && Number.isFinite(value)))
      throw new InvalidInput(`${figure}: ${name}`, value, 'give a number from 0');
  return gates[figure](input);
}
