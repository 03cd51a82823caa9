/**
 * The one gate function (consistency.md 1.0; reference case P35): whether a figure may be shown at all, and whether it
 * may signal. When a gate fails, widen the window or move up a level; a gate is never lowered.
 */
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
}

export interface GateCode {
  readonly funnel: 'hide' | 'show_no_signal' | 'show';
  readonly series: 'use_cusum' | 'no_limits' | 'provisional' | 'firm';
  readonly agreement: 'hide' | 'indicative' | 'show';
  readonly ratio: 'hide' | 'show';
  readonly km: 'hide' | 'show';
  readonly precedents: 'none_close' | 'list_only' | 'share';
  readonly panels: 'none' | 'text' | 'chart';
}

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
};

export function gate<F extends keyof GateInput>(figure: F, input: GateInput[F]): GateCode[F] {
  for (const [name, value] of Object.entries(input))
    if (!(typeof value === 'number' && value >= 0 && Number.isFinite(value)))
      throw new RangeError(`${figure}: ${name} is ${value}: give a number from 0.`);
  return gates[figure](input);
}
