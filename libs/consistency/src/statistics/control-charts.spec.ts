import fc from 'fast-check';
import { pChart, xmr } from './control-charts';
import { InvalidInput } from './invalid-input';

const point = fc.integer({ min: 1, max: 80 }).chain((n) => fc.record({ n: fc.constant(n), y: fc.nat(n) }));
const series = fc.array(point, { minLength: 1, maxLength: 40 });
const chartOf = (some: readonly { n: number; y: number }[]) =>
  pChart(
    some.map(({ y }) => y),
    some.map(({ n }) => n),
  );
const values = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 2, maxLength: 40 });

describe('the p-chart', () => {
  it('signals only outside its limits, mirrors, and finds the runs that brute force finds', () => {
    fc.assert(
      fc.property(series, (some) => {
        const { pbar, points, signals, runs8 } = chartOf(some);
        points.forEach(({ p, lcl, ucl }, i) => {
          expect(lcl >= 0 && ucl <= 1 && lcl <= pbar + 1e-12 && ucl >= pbar - 1e-12).toBe(true);
          if (p < lcl - 1e-9 || p > ucl + 1e-9) expect(signals).toContain(i + 1);
          if (p > lcl + 1e-9 && p < ucl - 1e-9) expect(signals).not.toContain(i + 1);
        });
        const side = points.map(({ p }) => Math.sign(Number((p - pbar).toFixed(12))));
        const inRun = side.flatMap((at, i) => {
          const holds = Array.from({ length: 8 }, (_, back) => i - back).some(
            (from) => from >= 0 && from + 8 <= side.length && side.slice(from, from + 8).every((s) => s === at),
          );
          return at !== 0 && holds ? [i + 1] : [];
        });
        expect(runs8).toEqual(inRun);
        const mirrored = chartOf(some.map(({ n, y }) => ({ n, y: n - y })));
        expect(mirrored.signals).toEqual(signals);
        expect(mirrored.runs8).toEqual(runs8);
      }),
    );
  });
  it('a point exactly on a limit, or on P, is on neither side', () => {
    // P is 0.5; at n = 36 the upper limit is 0.75, which 27 of 36 reach.
    expect(chartOf([{ n: 36, y: 27 }, { n: 36, y: 9 }]).signals).toEqual([]); // prettier-ignore
    const flat = chartOf(Array.from({ length: 12 }, () => ({ n: 10, y: 3 })));
    expect(flat).toMatchObject({ signals: [], runs8: [], laneySigmaZ: 0 });
    expect(chartOf([{ n: 5, y: 0 }, { n: 5, y: 0 }])).toMatchObject({ pbar: 0, signals: [], laneySigmaZ: null }); // prettier-ignore
    expect(chartOf([{ n: 5, y: 2 }]).laneySigmaZ).toBeNull();
  });
});

describe('XmR', () => {
  it('moves and stretches with its values, and its labels with them', () => {
    fc.assert(
      fc.property(values, fc.boolean(), (x, screen) => {
        const there = xmr(x, screen);
        const moved = xmr(x.map((value) => 4 * value - 100), screen); // prettier-ignore
        expect(moved.labels).toEqual(there.labels);
        expect(moved.ucl).toBeCloseTo(4 * there.ucl - 100, 8);
        const turned = xmr(x.map((value) => -value), screen); // prettier-ignore
        const other: Record<string, string> = { high: 'low', low: 'high', up: 'down', down: 'up', above: 'below', below: 'above', ucl: 'lcl', lcl: 'ucl' }; // prettier-ignore
        expect(turned.labels).toEqual(there.labels.map((label) => (label === 'common_cause' ? label : label.split('_').map((word) => other[word] ?? word).join('_')))); // prettier-ignore
        expect(there.amr).toBeLessThanOrEqual(there.amrUnscreened + 1e-12);
        expect(xmr(x, false).dropped).toBe(0);
      }),
    );
  });
  it('labels what the rules say, by brute force over every window', () => {
    fc.assert(
      fc.property(values, (x) => {
        const { mean, ucl, lcl, labels } = xmr(x, false);
        const tidy = (value: number) => Number(value.toFixed(9));
        const side = x.map((value) => Math.sign(tidy(value - mean)));
        const out = x.map((value) => (tidy(value - ucl) > 0 ? 1 : tidy(value - lcl) < 0 ? -1 : 0));
        const near = x.map((value, i) => {
          if (out[i] !== 0) return 0;
          return tidy(value - (mean + (2 * (ucl - mean)) / 3)) > 0
            ? 1
            : tidy(value - (mean - (2 * (mean - lcl)) / 3)) < 0
              ? -1
              : 0;
        });
        const inWindow = (i: number, length: number, holds: (at: number[]) => boolean) =>
          Array.from({ length }, (_, back) => i - back).some(
            (from) => from >= 0 && from + length <= x.length && holds(Array.from({ length }, (_, k) => from + k)),
          );
        const rises = (at: number[], way: number) =>
          at.slice(1).every((k) => Math.sign((x[k] as number) - (x[k - 1] as number)) === way);
        const expected = x.map((_, i) => {
          if (out[i] !== 0) return out[i] === 1 ? 'above_ucl' : 'below_lcl';
          for (const way of [1, -1])
            if (inWindow(i, 7, (at) => rises(at, way))) return way === 1 ? 'trend7_up' : 'trend7_down';
          for (const way of [1, -1])
            if (
              near[i] === way &&
              inWindow(i, 3, (at) => at.every((k) => side[k] === way) && at.filter((k) => near[k] === way).length >= 2)
            )
              return way === 1 ? 'two_of_three_high' : 'two_of_three_low';
          for (const way of [1, -1])
            if (inWindow(i, 7, (at) => at.every((k) => side[k] === way)))
              return way === 1 ? 'shift7_high' : 'shift7_low';
          return 'common_cause';
        });
        expect(labels).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });
  it('a series that never changes has no signal, also where its mean cannot be written exactly', () => {
    const flat = xmr(new Array<number>(30).fill(0.1), true);
    expect(new Set(flat.labels)).toEqual(new Set(['common_cause']));
    expect(flat).toMatchObject({ mean: 0.1, amr: 0, ucl: 0.1, lcl: 0.1 });
  });
});

it.each([
  ['length of y is 0', () => pChart([], [])],
  ['length of n is 1', () => pChart([1, 2], [3])],
  ['n[0] is 0', () => pChart([0], [0])],
  ['y[1] is 4', () => pChart([1, 4], [3, 3])],
  ['length of x is 1', () => xmr([1], true)],
  ['x[1] is NaN', () => xmr([1, Number.NaN], true)],
])('refuses: %s', (words, call) => {
  expect(call).toThrow(InvalidInput);
  expect(call).toThrow(words);
});
