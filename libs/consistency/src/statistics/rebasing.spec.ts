import { InvalidInput } from './invalid-input';
import { rebased } from './rebasing';

const points = ['2025-01-31', '2025-02-28', '2025-03-31', '2025-04-30'].map((on, i) => ({ on, value: i }));

it('cuts a series on the recorded days, and keeps every point once and in order', () => {
  const spans = rebased(points, [
    { on: '2025-04-01', reason: 'A new protocol' },
    { on: '2025-02-28', reason: 'A new chair' },
    { on: '2026-01-01', reason: 'Nothing yet' },
  ]);
  expect(spans.map(({ reason, points: some }) => [reason, some.map(({ value }) => value)])).toEqual([
    [null, [0]],
    ['A new chair', [1, 2]],
    ['A new protocol', [3]],
  ]);
  expect(rebased(points, [])).toEqual([{ reason: null, points }]);
});
it.each([
  ['length of points is 0', () => rebased([], [])],
  ['rebase.reason is " "', () => rebased(points, [{ on: '2025-02-01', reason: ' ' }])],
  ['rebase.on is "1 May"', () => rebased(points, [{ on: '1 May', reason: 'x' }])],
  ['points[1].on is "2025-03-31"', () => rebased([...points].reverse(), [])],
  ['rebase.on is "2025-02-01"', () => rebased(points, [{ on: '2025-02-01', reason: 'x' }, { on: '2025-02-01', reason: 'y' }])], // prettier-ignore
])('refuses: %s', (words, call) => {
  expect(call).toThrow(InvalidInput);
  expect(call).toThrow(words);
});
