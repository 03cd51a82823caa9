import fc from 'fast-check';
import type { ToldBy } from '.';
import { STAGES, type Stage, type stagesTemplates } from '../../sentences/stages';

const stage = fc.constantFrom(...(Object.keys(STAGES) as Stage[]));
const group = fc.constantFrom('children with an EHCP', 'girls', 'children looked after');
const some = fc.integer({ min: 10, max: 400 }).chain((events) => fc.record({ events: fc.constant(events), n: fc.integer({ min: Math.max(30, events), max: 5000 }) })); // prettier-ignore
const positive = fc.double({ min: 0.01, max: 60, noNaN: true });
const signed = fc.double({ min: -1, max: 1, noNaN: true });
const between = (bound: fc.Arbitrary<number>) =>
  fc.tuple(bound, bound).map(([a, b]) => ({ lower: Math.min(a, b), upper: Math.max(a, b) }));
const clear = fc
  .subarray(['2023-24', '2024-25', '2025-26'], { minLength: 1 })
  .chain((years) => fc.tuple(...years.map((year) => fc.record({ year: fc.constant(year), direction: fc.constantFrom('more' as const, 'less' as const) })))); // prettier-ignore

export const stages: ToldBy<typeof stagesTemplates> = {
  'too few in group': fc.record({ stage, group }),
  'group ratio': fc.record({
    stage,
    group,
    own: some,
    others: some,
    ratio: positive,
    range: between(positive),
    signal: fc.constantFrom('none', 'Watch', 'Look'),
    clear,
  }),
  'group difference': fc.record({ group, difference: signed, range: between(signed) }),
  'group ratio among like needs': fc.record({ group, ratio: positive, range: between(positive) }),
};
