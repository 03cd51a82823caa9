import { gate, type GateInput, permits } from './gates';
import { InvalidInput } from './statistics/invalid-input';

it.each([
  ['dispersion', { panels: 9 }, { panels: 10 }],
  ['shrinkage', { panels: 4, decisions: 500 }, { panels: 5, decisions: 100 }],
  ['shrinkage', { panels: 12, decisions: 99 }, { panels: 12, decisions: 100 }],
  ['fairShare', { moves: 19 }, { moves: 20 }],
  ['centile', { n: 19 }, { n: 20 }],
  ['logRank', { endings1: 9, endings2: 90 }, { endings1: 10, endings2: 10 }],
  ['logRank', { endings1: 90, endings2: 9 }, { endings1: 10, endings2: 10 }],
  ['firstViews', { split: 19 }, { split: 20 }],
  ['review', { cases: 19 }, { cases: 20 }],
  ['caseMix', { recorded: 0.899 }, { recorded: 0.9 }],
  ['panels', { count: 1 }, { count: 4 }],
] as [keyof GateInput, never, never][])('%s opens where consistency.md says: not at %j, at %j', (figure, below, at) => {
  expect(permits(gate(figure, below))).not.toBe('signal');
  expect(permits(gate(figure, at))).toBe('signal');
});
it('lets ranges of few points and few case summaries be seen, and no signal', () => {
  const series = (points: number) => permits(gate('series', { points, meanN: 40, meanShare: 0.6 }));
  expect([11, 12, 19, 20].map(series)).toEqual(['figure', 'range', 'range', 'signal']);
  const round = (units: number) => permits(gate('agreement', { units, raters: 3 }));
  expect([9, 10, 14, 15].map(round)).toEqual(['nothing', 'range', 'range', 'signal']);
});
it('compares the rarer outcome of a series after rounding, as the specification asks', () => {
  // 0.1 × 50 is 5 on paper and less in the machine: 1 - 0.9 is 0.09999999999999998.
  expect(gate('series', { points: 24, meanN: 50, meanShare: 0.9 })).toBe('firm');
  expect(gate('series', { points: 24, meanN: 49, meanShare: 0.9 })).toBe('use_cusum');
});
it('refuses what is no count', () => {
  expect(() => gate('funnel', { n: -1 })).toThrow(InvalidInput);
  expect(() => gate('km', { n: 3, events: Number.NaN })).toThrow('km: events is NaN: give a number from 0.');
});
