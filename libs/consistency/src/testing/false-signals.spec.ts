import { adjustedFalseSignals, cusumRunLengths, funnelFalseSignals, pChartFalseSignals } from './false-signals';

/** The same numbers in every run (Park & Miller 1988). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

it('stable panels are signalled about as often as theory says', () => {
  const random = randomFrom(20261122);
  const [given, own] = funnelFalseSignals(random, 400);
  const [outside] = pChartFalseSignals(random, 200);
  const found = [given, own, adjustedFalseSignals(random, 100), outside];
  // Four standard errors of a share from the smallest number of sets.
  for (const rate of found)
    expect(Math.abs((rate?.look as number) - (rate?.lookInTheory as number))).toBeLessThan(0.15);
  expect(Math.abs((given?.watch as number) - (given?.watchInTheory as number))).toBeLessThan(0.1);
  expect(given?.lookInTheory).toBeLessThan(0.024);
});
it('a CUSUM runs some two thousand decisions to a false alarm, both together about half as many', () => {
  const [up, down, both] = cusumRunLengths(randomFrom(7), 60).map(({ mean }) => mean) as [number, number, number];
  for (const one of [up, down]) expect(one > 1300 && one < 3600).toBe(true);
  expect(both).toBeLessThan(Math.min(up, down));
});
