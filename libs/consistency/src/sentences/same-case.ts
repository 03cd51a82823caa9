/** Would another panel have decided the same (consistency.md 2c, 2d)? Only calibration rounds can tell. */
import { inTen } from './frequencies';

interface Round {
  readonly summaries: number;
  readonly panels: number;
  /** 10 to 14 case summaries. */
  readonly indicative: boolean;
}

export interface Agreement extends Round {
  readonly share: number;
  readonly range: { readonly lower: number; readonly upper: number } | null;
}

export interface AgreementIndex extends Round {
  readonly share: number;
  readonly alpha: number;
  readonly range: { readonly lower: number; readonly upper: number } | null;
  /** Where one outcome has more than 80 in 100 of all decisions. */
  readonly ac1: number | null;
}

export interface Disagreement extends Round {
  readonly share: number;
  /** The part of it that comes from some panels supporting more than others overall. */
  readonly level: number;
}

export const sameCaseTemplates = {
  agreement,
  'agreement index': agreementIndex,
  disagreement,
  'too small a round': ({ summaries, panels }: Omit<Round, 'indicative'>) =>
    `How far panels agree takes at least 10 case summaries and 3 panels; this round had ${summaries} and ${panels}.`,
};

const INDICATIVE = ' With fewer than 15 case summaries this is a first indication.';

function agreement({ summaries, panels, share, range, indicative }: Agreement): string {
  const what = ' It does not say which decision was right.';
  if (share === 1) return `All ${panels} panels agreed on every one of ${summaries} case summaries.${what}`;
  const tenths = (end: number) => Math.round(10 * end);
  const likely = range ? ` (likely range ${tenths(range.lower)} to ${tenths(range.upper)})` : '';
  const often = share === 0 ? 'never' : inTen(share, 1);
  return `Given the same ${summaries} case summaries, two of ${panels} panels picked at random would decide the same ${often.replace(/^(about|fewer than|more than) (\d+) in 10$/, '$1 $2 times in 10')}${likely}.${what}${indicative ? INDICATIVE : ''}`;
}

function agreementIndex({ share, alpha, range, ac1, indicative }: AgreementIndex): string {
  const index = (value: number) => (value < 0 ? 'below 0' : value.toFixed(2));
  const likely = range ? ` (likely range ${index(range.lower)} to ${index(range.upper)})` : '';
  const wide = range !== null && range.upper - range.lower > 0.5 ? ': too few cases yet to be sure' : '';
  const companion =
    ac1 === null
      ? ''
      : ` Nearly all decisions went one way, which draws this index down; one that does not mind (AC1) is ${index(ac1)}.`;
  return `Panels agreed on ${Math.round(100 * share)}% of paired judgements. Allowing for agreement by luck, the agreement index is ${index(alpha)}${likely}${wide}.${companion}${indicative ? INDICATIVE : ''}`;
}

function disagreement({ summaries, share, level, indicative }: Disagreement): string {
  if (share === 0) return `Panels reached the same decision on every one of ${summaries} case summaries.`;
  const often = inTen(share, 1).replace(/ in 10$/, ' times in 10');
  const cases = 'panels reading particular cases differently';
  const overall = 'some panels supporting more than others overall';
  const source =
    level < 0.4
      ? `Most of that comes from ${cases}, not from ${overall}.`
      : level > 0.6
        ? `Most of that comes from ${overall}, not from ${cases}.`
        : `About half of that comes from ${cases}, and half from ${overall}.`;
  return `Given the same ${summaries} case summaries, two panels picked at random reached different decisions ${often === 'all' ? 'every time' : often}. ${source}${indicative ? INDICATIVE : ''}`;
}
