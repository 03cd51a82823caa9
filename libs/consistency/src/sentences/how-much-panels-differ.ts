/** How much do panels differ beyond chance (consistency.md 2a), and what is a share worth for planning? */
import type { Tier } from '../disclosure';
import { inHundred, rangeInHundred } from './frequencies';

export interface Spread {
  readonly panels: number;
  /** How many times as much as by chance alone, and what chance alone mostly gives. */
  readonly phi: number;
  readonly chance: { readonly lower: number; readonly upper: number };
  /** Standard deviation between panels beyond chance, the furthest pulled in, and their share together. */
  readonly tau: number;
  readonly norm: number;
}

export interface Planning {
  readonly panel: string;
  readonly n: number;
  readonly y: number;
  /** The share drawn towards that of all panels, and its range; none where panels do not differ beyond chance. */
  readonly shrunk: number;
  readonly range: { readonly lower: number; readonly upper: number } | null;
  readonly norm: number;
}

export const howMuchPanelsDifferTemplates = {
  spread,
  'spread unknown': ({ panels }: { readonly panels: number }) =>
    `How much panels differ beyond chance cannot be told from ${panels === 1 ? 'one panel' : `${panels} panels`}: it takes 10.`,
  'planning share': planningShare,
  'too few for planning': ({ panel }: { readonly panel: string }) =>
    `There is too little in this period to plan for ${panel} with: it takes 5 panels and 100 decisions in all.`,
};

function spread({ panels, phi, chance, tau, norm }: Spread): string {
  const times = (value: number) => (value >= 9.95 ? String(Math.round(value)) : value.toFixed(1));
  const so = `The shares of ${panels} panels vary about ${times(phi)} times as much as chance alone would make them`;
  const usual = `chance alone mostly gives ${times(chance.lower)} to ${times(chance.upper)} times`;
  const what = 'It does not say why: their cases may differ.';
  if (phi <= chance.upper) return `${so}: ${usual}, so this is what chance can do. ${what}`;
  const apart = Math.round(100 * tau);
  const typical =
    apart === 0
      ? 'It comes from a few panels: the others vary as chance would have them.'
      : `Beyond chance, most panels (about 2 in 3) lie within ${apart} in 100 of the share of all, ${inHundred(norm)}.`;
  return `${so}: ${usual}, so this is more than chance explains. ${typical} ${what}`;
}

function planningShare({ panel, n, y, shrunk, range, norm }: Planning, tier: Tier): string {
  const own = tier === 3 ? '' : `${panel} supported ${y} of ${n}. `;
  if (!range)
    return `${own}To plan for ${panel}, reckon with the share of all panels, ${inHundred(norm)}: nothing here says that panels differ beyond chance.`;
  return `${own}To plan for ${panel}, reckon with ${inHundred(shrunk)} (likely range ${rangeInHundred(range.lower, range.upper)}): a share of few decisions is drawn towards that of all panels, ${inHundred(norm)}. This is for planning and says nothing about how ${panel} decides.`;
}
