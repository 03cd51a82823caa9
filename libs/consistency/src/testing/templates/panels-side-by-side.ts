import fc from 'fast-check';
import type { ToldBy } from '.';
import type { panelsSideBySideTemplates } from '../../sentences/panels-side-by-side';

export const panel = fc.constantFrom('Ash', 'Beech', 'Elm');
/** So many of so many decisions. */
export const counts = fc.integer({ min: 10, max: 400 }).chain((n) => fc.record({ n: fc.constant(n), y: fc.nat(n) }));
export const share = fc.double({ min: 0, max: 1, noNaN: true });
export const reading = fc.constantFrom(
  { signal: 'none', direction: undefined } as const,
  { signal: 'Watch', direction: 'more' } as const,
  { signal: 'Look', direction: 'less' } as const,
  { signal: 'Look', direction: 'more' } as const,
);

export const panelsSideBySide: ToldBy<typeof panelsSideBySideTemplates> = {
  'too few decisions': fc.record({ panel }),
  'panel share': fc
    .tuple(panel, counts, share, reading, fc.boolean())
    .map(([name, own, norm, words, judged]) => ({ panel: name, ...own, ...words, norm, judged })),
  finding: fc
    .array(fc.tuple(panel, reading, fc.boolean()), { maxLength: 6 })
    .map((some) => ({ shown: some.map(([name, words, judged]) => ({ panel: name, ...words, judged })) })),
  'false alarms': fc.record({ panels: fc.integer({ min: 2, max: 2000 }) }),
};
