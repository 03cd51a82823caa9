import fc from 'fast-check';
import { InvalidInput } from './invalid-input';
import { katz } from './ratios';
import { completeness, expectedByStrata, mantelHaenszel, strataBaseline, stratumFinder } from './strata';

const count = fc.integer({ min: 1, max: 60 }).chain((n) =>
  fc.record({
    factors: fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('x', 'y'), fc.constantFrom('1', '2')),
    n: fc.constant(n),
    y: fc.nat(n),
  }),
);
const cell = fc.nat(50);
const table = fc.record({ a: cell, b: cell, c: cell, d: cell }).filter(({ a, b, c, d }) => a + b + c + d > 0);
const tables = fc.array(table, { minLength: 1, maxLength: 6 });

describe('the strata baseline', () => {
  it('loses no decision, expects in all what was seen, finds a stratum for each, and keeps thin ones only alone', () => {
    fc.assert(
      fc.property(fc.array(count, { minLength: 1, maxLength: 30 }), (counts) => {
        const strata = strataBaseline(counts);
        const total = (of: readonly { n: number; y: number }[], key: 'n' | 'y') =>
          of.reduce((so, one) => so + one[key], 0);
        expect(total(strata, 'n')).toBe(total(counts, 'n'));
        const expected = counts.reduce(
          (so, one) => so + one.n * (stratumFinder(strata)(one.factors)?.rate as number),
          0,
        );
        expect(expected).toBeCloseTo(total(counts, 'y'), 6);
        if (strata.length > 1) for (const { n, y } of strata) expect(n >= 20 && Math.min(y, n - y) >= 5).toBe(true);
        expect(strataBaseline([...counts].reverse())).toEqual(strata);
      }),
    );
  });
  it('never merges a stratum past a broader one that its cases would be looked for in', () => {
    const counts = [
      { factors: ['c', 'y', '1'], n: 33, y: 0 },
      { factors: ['a', 'x', '1'], n: 1, y: 0 },
      { factors: ['c', 'x', '1'], n: 57, y: 5 },
      { factors: ['c', 'x', '2'], n: 38, y: 5 },
    ];
    const strata = strataBaseline(counts);
    expect(strata.map(({ factors, n, y }) => ({ factors, n, y }))).toEqual([
      { factors: ['c', 'x', '1'], n: 57, y: 5 },
      { factors: [], n: 72, y: 5 },
    ]);
    expect(counts.map(({ factors }) => stratumFinder(strata)(factors)?.n)).toEqual([72, 72, 57, 72]);
  });
  it('merges a thin stratum with its neighbours first', () => {
    const strata = strataBaseline([
      { factors: ['a', 'x'], n: 40, y: 20 },
      { factors: ['a', 'y'], n: 6, y: 6 },
      { factors: ['b', 'x'], n: 100, y: 30 },
    ]);
    expect(strata).toEqual([
      { factors: ['a'], n: 46, y: 26, rate: 26 / 46 },
      { factors: ['b', 'x'], n: 100, y: 30, rate: 0.3 },
    ]);
    expect(stratumFinder(strata)(['a', 'never seen'])?.n).toBe(46);
    expect(stratumFinder(strata)(['b', 'never seen'])).toBeUndefined();
  });
});

describe('Mantel-Haenszel', () => {
  it('is the crude ratio with one stratum, and does not ask for order', () => {
    fc.assert(
      fc.property(table, tables, (one, several) => {
        const { a, b, c, d } = one;
        if (a > 0 && c > 0) {
          const { riskRatio, seLog } = mantelHaenszel([one]);
          const crude = katz([a, a + b], [c, c + d]);
          expect(riskRatio).toBeCloseTo(crude.rr as number, 9);
          expect(seLog).toBeCloseTo(crude.seLog as number, 9);
        }
        const [there, back] = [mantelHaenszel(several), mantelHaenszel([...several].reverse())];
        expect(back.observed).toBe(there.observed);
        expect(back.riskRatio ?? -1).toBeCloseTo(there.riskRatio ?? -1, 9);
      }),
    );
  });
  it('inverts with the groups, and is silent where no stratum tells', () => {
    fc.assert(
      fc.property(tables, (several) => {
        const { riskRatio, chi2 } = mantelHaenszel(several);
        const turned = mantelHaenszel(several.map(({ a, b, c, d }) => ({ a: c, b: d, c: a, d: b })));
        if (riskRatio && turned.riskRatio) expect(turned.riskRatio).toBeCloseTo(1 / riskRatio, 8);
        expect(turned.chi2 ?? -1).toBeCloseTo(chi2 ?? -1, 6);
      }),
    );
    expect(mantelHaenszel([{ a: 3, b: 2, c: 0, d: 0 }])).toMatchObject({
      riskRatio: null,
      oddsRatio: null,
      ci: null,
      chi2: null,
    });
  });
  it('expects of both groups together what was seen of both', () => {
    fc.assert(
      fc.property(tables, (several) => {
        const { group1, group2 } = expectedByStrata(several);
        expect(group1.expected + group2.expected).toBeCloseTo(group1.observed + group2.observed, 8);
      }),
    );
  });
});

it('completeness is the share that is recorded', () => expect(completeness(['a', null, '', undefined, 0])).toBe(0.4));

it.each([
  ['length of counts is 0', () => strataBaseline([])],
  ['counts[0].y is 3', () => strataBaseline([{ factors: ['a'], n: 2, y: 3 }])],
  ['counts[0].n is 0', () => strataBaseline([{ factors: ['a'], n: 0, y: 0 }])],
  [
    'number of factors of counts[1] is 0',
    () =>
      strataBaseline([
        { factors: ['a'], n: 1, y: 0 },
        { factors: [], n: 1, y: 0 },
      ]),
  ],
  ['strata[0].a is -1', () => mantelHaenszel([{ a: -1, b: 1, c: 1, d: 1 }])],
  ['strata[0] is "empty"', () => expectedByStrata([{ a: 0, b: 0, c: 0, d: 0 }])],
  ['length of strata is 0', () => mantelHaenszel([])],
])('refuses: %s', (words, call) => {
  expect(call).toThrow(InvalidInput);
  expect(call).toThrow(words);
});
