/** The published and constructed cases with known answers (consistency.md 3.1); nothing is tuned to ids or names. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { roundedTo5, suppressed } from './disclosure';
import { gate } from './gates';
import { adjustedForMany } from './statistics/false-discovery';
import { interpolatedLimit, pooledShare, tailSignal } from './statistics/funnel';

interface Case {
  id: string;
  like?: string;
  inputs: never;
  expected: unknown;
  tolerance: { abs: number; rel: number };
}
const { cases } = JSON.parse(readFileSync(join(__dirname, '../../../test/fixtures/reference-cases.json'), 'utf8')) as {
  cases: Case[];
};

const bindings: Record<string, (inputs: never) => unknown> = {
  P02: ({ units, target }: { units: { unit: string; events: number; n: number }[]; target: number | 'pooled' }) => {
    const theta =
      target === 'pooled' ? (pooledShare(units.map(({ n, events }) => ({ n, y: events }))) as number) : target;
    return {
      theta,
      rows: units.map(({ unit, events, n }) => {
        const p = events / n;
        const [lo998, lo95, hi95, hi998] = [0.001, 0.025, 0.975, 0.999].map((tail) =>
          interpolatedLimit(n, theta, tail),
        ) as [number, number, number, number];
        const signal = p < lo998 ? 'low3' : p > hi998 ? 'high3' : p < lo95 ? 'low2' : p > hi95 ? 'high2' : 'within';
        const z = (p - theta) / Math.sqrt((theta * (1 - theta)) / n);
        return { unit, p, z, lo95, hi95, lo998, hi998, signal, signal_exact: tailSignal({ n, y: events }, theta) };
      }),
    };
  },
  P29: ({ p, q }: { p: number[]; q: number }) => {
    const adjusted = adjustedForMany(p);
    return { adjusted, rejected: adjusted.flatMap((value, i) => (value <= q ? [i] : [])) };
  },
  P30: ({ tables, threshold, round5 }: { tables: number[][][]; threshold: number; round5: number[] }) => ({
    tables: tables.map((table) => suppressed(table, threshold)),
    round5: round5.map(roundedTo5),
  }),
  P35: (inputs: {
    funnel: number[];
    series: [number, number, number][];
    agreement: [number, number][];
    ratio: [number, number, number, number][];
    km: [number, number][];
    precedents: number[];
  }) => ({
    funnel: inputs.funnel.map((n) => gate('funnel', { n })),
    series: inputs.series.map(([points, meanN, meanShare]) => gate('series', { points, meanN, meanShare })),
    agreement: inputs.agreement.map(([units, raters]) => gate('agreement', { units, raters })),
    ratio: inputs.ratio.map(([events1, n1, events2, n2]) => gate('ratio', { events1, n1, events2, n2 })),
    km: inputs.km.map(([n, events]) => gate('km', { n, events })),
    precedents: inputs.precedents.map((count) => gate('precedents', { count })),
  }),
};

function expectWalk(actual: unknown, expected: unknown, tolerance: Case['tolerance'], path: string): void {
  if (typeof expected === 'number') {
    const off = Math.abs((actual as number) - expected);
    if (!(off <= Math.max(tolerance.abs, tolerance.rel * Math.abs(expected))))
      throw new Error(`${path}: expected ${expected}, got ${String(actual)}`);
  } else if (Array.isArray(expected)) {
    expect(actual).toHaveLength(expected.length);
    expected.forEach((item, i) => expectWalk((actual as unknown[])[i], item, tolerance, `${path}[${i}]`));
  } else if (expected !== null && typeof expected === 'object') {
    for (const [key, value] of Object.entries(expected))
      expectWalk((actual as Record<string, unknown>)[key], value, tolerance, `${path}.${key}`);
  } else expect({ [path]: actual }).toEqual({ [path]: expected });
}

const bound = cases.filter((one) => bindings[one.like ?? one.id]);

it('binds the cases of issue 3', () =>
  expect(bound.map((one) => one.id)).toEqual(expect.arrayContaining(['P02', 'P30', 'P35'])));

it.each(bound.map((one) => [one.id, one] as const))('%s', (id, one) => {
  const compute = bindings[one.like ?? one.id] as (inputs: never) => unknown;
  expectWalk(compute(one.inputs), one.expected, one.tolerance, id);
});
