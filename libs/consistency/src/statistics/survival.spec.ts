import fc from 'fast-check';
import { InvalidInput } from './invalid-input';
import { kaplanMeier, logRank, type Spell, survivalAt, whileAtRisk } from './survival';

const spell = fc.record({ time: fc.nat(15), event: fc.constantFrom(0 as const, 1 as const) });
const spells = fc.array(spell, { minLength: 1, maxLength: 40 });

it('without cut-off spells is the share that lasted longer', () => {
  fc.assert(
    fc.property(spells, (some) => {
      const ended = some.map(({ time }): Spell => ({ time, event: 1 }));
      const { rows, median } = kaplanMeier(ended);
      for (const { time, survival } of rows)
        expect(survival).toBeCloseTo(ended.filter((one) => one.time > time).length / ended.length, 10);
      expect(median).toBe([...ended.map(({ time }) => time)].sort((a, b) => a - b)[Math.ceil(ended.length / 2) - 1]);
    }),
  );
});
it('falls from 1, within its interval, and counts those at risk; no order matters', () => {
  fc.assert(
    fc.property(spells, (some) => {
      const curve = kaplanMeier(some);
      let before = 1;
      let product = 1;
      for (const { time, atRisk, events, survival, se, ci } of curve.rows) {
        expect(atRisk).toBe(some.filter((one) => one.time >= time).length);
        expect(events).toBe(some.filter((one) => one.time === time && one.event === 1).length);
        product *= 1 - events / atRisk;
        expect(survival).toBeCloseTo(product, 10);
        expect(survival).toBeLessThan(before);
        if (survival === 0) expect([se, ci]).toEqual([null, null]);
        else expect((ci?.[0] as number) <= survival && survival <= (ci?.[1] as number)).toBe(true);
        before = survival;
      }
      expect(kaplanMeier([...some].reverse())).toEqual(curve);
      expect(survivalAt(curve, -1)).toEqual({ survival: 1, row: null });
      expect(survivalAt(curve, 99).survival).toBe(before);
      for (const { atRisk } of whileAtRisk(curve.rows)) expect(atRisk).toBeGreaterThanOrEqual(5);
    }),
  );
});
it('does not ask whether spells that are alike are listed one by one or counted together', () => {
  fc.assert(
    fc.property(spells, spells, (some, others) => {
      const together = (list: readonly Spell[]): Spell[] =>
        [0, 1].flatMap((event) =>
          Array.from({ length: 16 }, (_, time) => ({
            time,
            event: event as 0 | 1,
            count: list.filter((one) => one.time === time && one.event === event).length,
          })).filter(({ count }) => count > 0),
        );
      expect(kaplanMeier(together(some))).toEqual(kaplanMeier(some));
      expect(logRank(together(some), together(others))).toEqual(logRank(some, others));
    }),
  );
});
it('has no row where all are cut off, and then no median', () => {
  expect(kaplanMeier([{ time: 3, event: 0 }])).toEqual({ rows: [], median: null });
  expect(logRank([{ time: 3, event: 0 }], [{ time: 4, event: 0 }])).toEqual({
    observed: 0,
    expected: 0,
    chi2: null,
    p: null,
  });
});
it('log-rank agrees with adding up one table a time, and does not ask which group is first', () => {
  fc.assert(
    fc.property(spells, spells, (first, second) => {
      let [expected, variance] = [0, 0];
      for (const time of new Set([...first, ...second].filter(({ event }) => event === 1).map((one) => one.time))) {
        const risk = (some: Spell[]) => some.filter((one) => one.time >= time).length;
        const ends = (some: Spell[]) => some.filter((one) => one.time === time && one.event === 1).length;
        const [n1, n, d] = [risk(first), risk(first) + risk(second), ends(first) + ends(second)];
        expected += (d * n1) / n;
        if (n > 1) variance += (d * n1 * (n - n1) * (n - d)) / (n * n * (n - 1));
      }
      const found = logRank(first, second);
      expect(found.expected).toBeCloseTo(expected, 9);
      if (found.chi2 !== null) {
        expect(found.chi2).toBeCloseTo((found.observed - expected) ** 2 / variance, 6);
        expect(logRank(second, first).chi2).toBeCloseTo(found.chi2, 6);
      } else expect(variance).toBe(0);
      const whole = found.expected + logRank(second, first).expected;
      expect(whole).toBeCloseTo([...first, ...second].filter(({ event }) => event === 1).length, 8);
    }),
  );
});
it.each([
  ['length of spells is 0', () => kaplanMeier([])],
  ['spells[0].time is -1', () => kaplanMeier([{ time: -1, event: 1 }])],
  ['spells[0].time is NaN', () => kaplanMeier([{ time: Number.NaN, event: 1 }])],
  ['spells[0].event is 2', () => kaplanMeier([{ time: 1, event: 2 as 1 }])],
  ['length of second is 0', () => logRank([{ time: 1, event: 1 }], [])],
  ['spells[0].count is 0', () => kaplanMeier([{ time: 1, event: 1, count: 0 }])],
])('refuses: %s', (words, call) => {
  expect(call).toThrow(InvalidInput);
  expect(call).toThrow(words);
});
