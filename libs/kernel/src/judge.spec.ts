import { type Broken, happensWhenSaid, judge } from './judge';

const rules = [
  (c: { n: number }): Broken<'too-many', 'why'> | undefined =>
    c.n > 3 ? { code: 'too-many', sentence: 'Too many.', whenRecorded: { breach: 'too-many' } } : undefined,
  (c: { n: number }): Broken<'too-many', 'why'> | undefined =>
    c.n > 2 ? { code: 'why-missing', sentence: 'Say why.', whenRecorded: { notRecorded: 'why' } } : undefined,
  (c: { n: number }): Broken<'too-many', 'why'> | undefined =>
    c.n > 1 ? { code: 'live-only', sentence: 'Not now.', whenRecorded: 'passes' } : undefined,
  (c: { n: number }): Broken<'too-many', 'why'> | undefined =>
    c.n === 9 ? { code: 'impossible', sentence: 'Never.' } : undefined,
];
const on = { on: '2026-01-05', today: '2026-01-05' };

describe('asking and recording', () => {
  it('refuses what is asked with every reason, in the order of the rules', () => {
    const judged = judge(rules, { n: 9 }, undefined, { provenance: 'live', ...on });
    expect(judged.refused.map((reason) => reason.code)).toEqual(['too-many', 'why-missing', 'live-only', 'impossible']);
    expect(judged.refused[0]).not.toHaveProperty('whenRecorded');
  });
  it.each(['lateEntry', 'register'] as const)('marks what is recorded (%s)', (provenance) => {
    expect(judge(rules, { n: 4 }, undefined, { provenance, ...on })).toEqual({
      refused: [],
      marks: { breaches: ['too-many'], notRecorded: ['why'] },
    });
  });
  it('refuses the impossible in every mode, and leaves empty lists out', () => {
    const context = { provenance: 'register', ...on } as const;
    expect(judge(rules, { n: 9 }, undefined, context).refused.map((reason) => reason.code)).toEqual(['impossible']);
    expect(judge(rules, { n: 1 }, undefined, context)).toEqual({ refused: [], marks: {} });
  });
  it.each([
    ['live', '2026-01-04', 'enter-it-late'],
    ['live', '2026-01-05', undefined],
    ['lateEntry', '2026-01-04', undefined],
    ['register', '2026-01-06', 'not-yet-happened'],
  ] as const)('%s on %s: %s', (provenance, day, code) => {
    expect(happensWhenSaid({}, {}, { provenance, on: day, today: '2026-01-05' })?.code).toBe(code);
  });
});
