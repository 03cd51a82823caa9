import fc from 'fast-check';
import { say, type Template } from './sentences';

const BANNED = /\b(significant|outliers?|bias(ed)?|fail(s|ed|ure)?|poor|fair|moderate|substantial|excellent|slight)\b/i;
const reading = fc.constantFrom(
  { signal: 'none', direction: undefined } as const,
  { signal: 'Watch', direction: 'more' } as const,
  { signal: 'Look', direction: 'less' } as const,
  { signal: 'Look', direction: 'more' } as const,
);
const panel = fc.constantFrom('Ash', 'Beech', 'Elm');
const counts = fc.integer({ min: 10, max: 400 }).chain((n) => fc.record({ n: fc.constant(n), y: fc.nat(n) }));
const share = fc.double({ min: 0, max: 1, noNaN: true });
const template: fc.Arbitrary<Template> = fc.oneof(
  panel.map((name): Template => ({ of: 'too few decisions', panel: name })),
  fc.integer({ min: 2, max: 2000 }).map((panels): Template => ({ of: 'false alarms', panels })),
  fc.tuple(panel, counts, share, reading, fc.boolean()).map(([name, own, norm, words, judged]): Template => ({
    of: 'panel share',
    panel: name,
    ...own,
    ...words,
    norm,
    judged,
  })),
  fc
    .array(fc.record({ panel, reading, judged: fc.boolean() }), { maxLength: 6 })
    .map((some): Template => ({ of: 'finding', shown: some.map((one) => ({ ...one, ...one.reading })) })),
);

it('no template accuses, leaves a gap, or speaks in decimals; the same data always reads the same', () => {
  fc.assert(
    fc.property(template, fc.constantFrom(1 as const, 2 as const, 3 as const), (one, tier) => {
      const words = say(one, tier);
      expect(words).not.toMatch(BANNED);
      expect(words).not.toMatch(/undefined|null|NaN|\d\.\d/);
      expect(words).toMatch(/^[A-Z0-9].*\.$/s);
      expect(say(one, tier)).toBe(words);
    }),
  );
});
it('gives natural frequencies, and exact counts on tiers 1 and 2 only', () => {
  fc.assert(
    fc.property(counts, share, reading, (own, norm, words) => {
      const told = { of: 'panel share', panel: 'Ash', ...own, ...words, norm, judged: true } as const;
      expect(say(told, 2)).toContain(`${own.y} of ${own.n} decisions`);
      expect(say(told, 3)).not.toMatch(/\d+ of \d+/);
      expect(say(told, 3)).toMatch(/\d in 10|none|all/);
    }),
  );
});
