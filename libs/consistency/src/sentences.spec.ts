import fc from 'fast-check';
import { say } from './sentences';
import { anyTemplate } from './testing/templates';
import { counts, reading, share } from './testing/templates/panels-side-by-side';

/** consistency.md 1.3, and the adjectives of kappa scales. */
const BANNED =
  /\b(significan(t|ce)|outliers?|bias(ed)?|fail(s|ed|ure)?|poor|fair|moderate|substantial|excellent|slight|perfect)\b/i;

it('no template accuses, leaves a gap, or speaks in many decimals; the same data always reads the same', () => {
  fc.assert(
    fc.property(anyTemplate, fc.constantFrom(1 as const, 2 as const, 3 as const), (one, tier) => {
      const words = say(one, tier);
      expect(words).not.toMatch(BANNED);
      expect(words).not.toMatch(/undefined|null|NaN|Infinity|\d\.\d{3}/);
      expect(words).toMatch(/^[A-Z0-9].*\.$/s);
      expect(say(one, tier)).toBe(words);
    }),
    { numRuns: 2000 },
  );
});
it('gives natural frequencies, and exact counts on tiers 1 and 2 only', () => {
  fc.assert(
    fc.property(counts, share, reading, (own, norm, words) => {
      const told = { of: 'panel share', panel: 'Ash', ...own, ...words, norm, judged: true } as const;
      expect(say(told, 2)).toContain(`${own.y} of ${own.n} decisions`);
      expect(say(told, 2)).not.toMatch(/\d\.\d/);
      expect(say(told, 3)).not.toMatch(/\d+ of \d+/);
      expect(say(told, 3)).toMatch(/\d in 10|none|all/);
    }),
  );
});
