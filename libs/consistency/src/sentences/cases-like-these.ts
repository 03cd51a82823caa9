/** Do panels with similar cases reach similar results (consistency.md 2a): each panel beside what its own cases led to. */
import type { Tier } from '../disclosure';
import type { Signal } from '../signal';
import { listOf, verdict } from './frequencies';

export interface AgainstExpected {
  readonly panel: string;
  readonly n: number;
  readonly y: number;
  /** The number with the outcome that is expected for these cases, and how far chance alone mostly leads from it. */
  readonly expected: number;
  readonly chance: number;
  readonly signal: Signal;
  readonly direction: 'more' | 'less' | undefined;
  /** False from 10 to 19 decisions: shown, but too few to judge. */
  readonly judged: boolean;
}

export const casesLikeTheseTemplates = {
  'against expected': againstExpected,
  'too few for expected': ({ panel }: { readonly panel: string }) =>
    `${panel} made too few decisions in this period to be set beside what is expected for its cases.`,
  'facts not recorded': ({ panel }: { readonly panel: string }) =>
    `${panel} cannot be set beside like cases: for more than 1 in 10 of its cases a fact that the comparison needs is not recorded.`,
  /** Heads the page. */
  'cases finding': casesFinding,
};

function againstExpected(
  { panel, n, y, expected, chance, signal, direction, judged }: AgainstExpected,
  tier: Tier,
): string {
  const more = Number(((100 * (y - expected)) / n).toFixed(0)); // as the value is rounded
  const gap = more === 0 ? 'about as many' : `about ${Math.abs(more)} ${more > 0 ? 'more' : 'fewer'} in every 100`;
  const share =
    tier === 3
      ? `For cases like those of ${panel}, it supported a managed move in ${gap} ${more === 0 ? 'as' : 'than'} expected.`
      : `${panel} supported a managed move in ${y} of ${n} decisions. For cases like these we would expect about ${Math.round(expected)}: that is ${gap}${more === 0 ? ' as expected' : ''}.`;
  if (!judged) return `${share} Fewer than 20 decisions are too few to say more.`;
  const range =
    tier === 3
      ? `Chance alone mostly stays within ${Math.round((100 * chance) / n)} in 100 of it.`
      : `By chance alone it would mostly be ${Math.max(0, Math.round(expected - chance))} to ${Math.min(n, Math.round(expected + chance))}.`;
  return `${share} ${range} ${verdict(signal, direction)}`;
}

function casesFinding({
  shown,
}: {
  readonly shown: readonly Pick<AgainstExpected, 'panel' | 'signal' | 'direction' | 'judged'>[];
}): string {
  const judged = shown.filter((row) => row.judged);
  if (judged.length < 2) return 'Too few panels have enough decisions in this period to be compared.';
  const looks = (direction: 'more' | 'less') =>
    judged.filter((row) => row.signal === 'Look' && row.direction === direction).map((row) => row.panel);
  const [more, less] = [looks('more'), looks('less')];
  if (more.length + less.length === 0)
    return `The ${judged.length} panels that can be compared supported managed moves about as often as expected for their cases, as far as chance lets us see.`;
  const parts = [
    ...(more.length > 0 ? [`${listOf(more)} supported managed moves more often than expected for such cases`] : []),
    ...(less.length > 0 ? [`${listOf(less)} supported managed moves less often than expected for such cases`] : []),
  ];
  return `${parts.join('; ')}, beyond what chance alone would explain, among ${judged.length} panels.`;
}
