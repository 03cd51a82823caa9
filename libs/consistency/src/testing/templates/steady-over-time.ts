import fc from 'fast-check';
import type { ToldBy } from '.';
import type { steadyOverTimeTemplates } from '../../sentences/steady-over-time';
import { counts, panel, share } from './panels-side-by-side';

const by = fc.constantFrom('month' as const, 'term' as const);
const range = fc.tuple(share, share).map(([a, b]) => ({ lower: Math.min(a, b), upper: Math.max(a, b) }));
const period = fc.constantFrom('May 2025', 'June 2026', 'autumn 2025');

export const steadyOverTime: ToldBy<typeof steadyOverTimeTemplates> = {
  steady: fc.record({
    panel,
    by,
    points: fc.integer({ min: 1, max: 60 }),
    withheld: fc.nat(5),
    since: period,
    share,
    usual: fc.option(range),
    firm: fc.boolean(),
    outside: fc.array(period, { maxLength: 3 }),
    run: fc.record({
      length: fc.nat(12),
      side: fc.constantFrom('above' as const, 'below' as const),
      from: period,
      to: period,
    }),
  }),
  'too few points': fc.record({ panel, by }),
  running: fc
    .tuple(
      panel,
      period,
      counts,
      share,
      share,
      fc.boolean(),
      fc.constantFrom('more' as const, 'fewer' as const, undefined),
    )
    .map(([name, since, own, e, v, judged, direction]) => ({
      panel: name,
      since,
      ...own,
      expected: e * own.n,
      chance: 2 * v * Math.sqrt(own.n),
      signal: direction ? ('Look' as const) : ('none' as const),
      direction,
      judged,
    })),
  'too few to follow': fc.record({ panel }),
};
