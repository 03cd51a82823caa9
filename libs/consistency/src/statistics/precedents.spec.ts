import fc from 'fast-check';
import { InvalidInput } from './invalid-input';
import {
  type Feature,
  type Features,
  gowerDistance,
  isDeparture,
  nearestPrecedents,
  shareOf,
  switches,
} from './precedents';

const SCHEMA: Feature[] = [
  { kind: 'nominal', weight: 2 },
  { kind: 'ordinal', weight: 2, range: 3 },
  { kind: 'asym', weight: 1 },
  { kind: 'asym', weight: 1 },
  { kind: 'numeric', weight: 1, range: 4 },
];
const features = fc.tuple(
  fc.constantFrom('a', 'b', null),
  fc.constantFrom(0, 1, 2, 3, null),
  fc.constantFrom(0, 1, null),
  fc.constantFrom(0, 1, null),
  fc.constantFrom(7, 8, 9, 10, 11, null),
) as fc.Arbitrary<Features>;
const cases = fc
  .array(fc.record({ features, outcome: fc.constantFrom('agreed', 'not agreed') }), { maxLength: 30 })
  .map((some) => some.map((one, i) => ({ ...one, id: `c${i}` })));

it('is a distance from 0 to 1: the same both ways, 0 to itself, and indifferent to the order of features', () => {
  fc.assert(
    fc.property(features, features, (a, b) => {
      const { distance, recorded } = gowerDistance(a, b, SCHEMA);
      expect(gowerDistance(b, a, SCHEMA)).toEqual({ distance, recorded });
      if (distance !== null) expect(distance >= 0 && distance <= 1).toBe(true);
      expect(gowerDistance(a, a, SCHEMA).distance ?? 0).toBe(0);
      const turned = gowerDistance([...a].reverse(), [...b].reverse(), [...SCHEMA].reverse());
      expect(turned.distance ?? 9).toBeCloseTo(distance ?? 9, 12);
    }),
  );
});
it('leaves out flags that are absent in both, and what is not recorded', () => {
  const flags: Feature[] = [{ kind: 'asym', weight: 1 }, { kind: 'nominal', weight: 1 }]; // prettier-ignore
  expect(gowerDistance([0, 'a'], [0, 'b'], flags)).toEqual({ distance: 1, recorded: 1 });
  expect(gowerDistance([1, 'a'], [1, 'b'], flags)).toEqual({ distance: 0.5, recorded: 1 });
  expect(gowerDistance([true, null], [false, 'b'], flags)).toEqual({ distance: 1, recorded: 0.5 });
  expect(gowerDistance([0, null], [0, null], flags)).toEqual({ distance: null, recorded: 0.5 });
});
it('finds the nearest that brute force finds, whatever order the cases come in', () => {
  fc.assert(
    fc.property(features, cases, fc.integer({ min: 1, max: 12 }), (query, some, k) => {
      const found = nearestPrecedents(query, some, SCHEMA, { k });
      const all = some
        .map(({ id, features: own }) => ({ id, ...gowerDistance(query, own, SCHEMA) }))
        .filter(({ distance, recorded }) => distance !== null && recorded >= 0.7 - 1e-12)
        .sort((a, b) => (Math.abs((a.distance as number) - (b.distance as number)) < 1e-9 ? (a.id < b.id ? -1 : 1) : (a.distance as number) - (b.distance as number))); // prettier-ignore
      expect(found.map(({ id }) => id)).toEqual(all.slice(0, k).map(({ id }) => id));
      expect(nearestPrecedents(query, [...some].reverse(), SCHEMA, { k })).toEqual(found);
      const within = nearestPrecedents(query, some, SCHEMA, { k: 1000, within: 0.25 });
      for (const { distance } of within) expect(distance).toBeLessThanOrEqual(0.25 + 1e-12);
    }),
  );
});
it('of two as near, takes the later decision, then the id', () => {
  const at = (id: string, decidedOn: string) => ({ id, decidedOn, features: ['a', 1, 0, 0, 7], outcome: 'agreed' });
  const some = [at('b', '2025-01-01'), at('a', '2025-01-01'), at('c', '2026-01-01')];
  expect(nearestPrecedents(['a', 1, 0, 0, 7], some, SCHEMA, { k: 3 }).map(({ id }) => id)).toEqual(['c', 'a', 'b']);
});
it('shares, departures and switches count what they say', () => {
  const neighbours = Array.from({ length: 10 }, (_, i) => ({ id: `${i}`, distance: 0, outcome: i < 1 ? 'x' : 'y' }));
  expect(shareOf('x', neighbours)).toMatchObject({ agreed: 1, of: 10 });
  expect(shareOf('x', [])).toEqual({ agreed: 0, of: 0, wilson: null });
  expect(isDeparture('x', neighbours)).toBe(true);
  expect(isDeparture('x', neighbours.slice(0, 9))).toBe(false);
  expect(isDeparture('y', neighbours)).toBe(false);
  expect(
    switches([
      { before: 'x', after: 'y', majority: 'y' },
      { before: 'x', after: 'z', majority: 'y' },
      { before: 'y', after: 'y', majority: 'y' },
    ]),
  ).toEqual({ of: 3, changed: 2, towardsMajority: 1 });
});
it.each([
  ['length of a is 1', () => gowerDistance(['a'], ['a'], SCHEMA)],
  ['schema[0].weight is 0', () => gowerDistance([1], [1], [{ kind: 'nominal', weight: 0 }])],
  ['schema[0].range is 0', () => gowerDistance([1], [1], [{ kind: 'numeric', weight: 1, range: 0 }])],
  ['b[0] is "x"', () => gowerDistance([1], ['x'], [{ kind: 'numeric', weight: 1, range: 1 }])],
  ['a[0] is 2', () => gowerDistance([2], [1], [{ kind: 'asym', weight: 1 }])],
  ['k is 0', () => nearestPrecedents([1], [], [{ kind: 'nominal', weight: 1 }], { k: 0 })],
  ['number of ids is 1', () => nearestPrecedents([1], [{ id: 'a', features: [1], outcome: 'x' }, { id: 'a', features: [1], outcome: 'x' }], [{ kind: 'nominal', weight: 1 }], { k: 1 })], // prettier-ignore
])('refuses: %s', (words, call) => {
  expect(call).toThrow(InvalidInput);
  expect(call).toThrow(words);
});
