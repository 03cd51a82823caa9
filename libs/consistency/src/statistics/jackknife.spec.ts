import fc from 'fast-check';
import { tQuantile } from './distributions';
import { jackknife } from './jackknife';
import { mean } from './numbers';

it('of a mean is the t interval of its values', () => {
  const values = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 2, maxLength: 30 });
  fc.assert(
    fc.property(values, (x) => {
      const m = x.length;
      const found = jackknife(mean(x), x.map((_, i) => mean(x.filter((__, j) => j !== i)))); // prettier-ignore
      const sd = Math.sqrt(x.reduce((so, value) => so + (value - mean(x)) ** 2, 0) / (m - 1));
      expect(found?.se).toBeCloseTo(sd / Math.sqrt(m), 9);
      expect(found?.ci[1]).toBeCloseTo(mean(x) + (tQuantile(0.975, m - 1) * sd) / Math.sqrt(m), 7);
    }),
  );
});
it('is none of one unit, and none where the figure is undefined', () => {
  expect(jackknife(0.5, [0.5])).toBeNull();
  expect(jackknife(null, [0.5, 0.6])).toBeNull();
  expect(jackknife(0.5, [0.5, null, 0.6])).toBeNull();
});
