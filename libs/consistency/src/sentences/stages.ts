/** Each stage against the stage before, group by group (consistency.md 2f). */
import type { Tier } from '../disclosure';
import type { Signal } from '../signal';
import { inHundred, listOf, times, WHERE_TO_LOOK } from './frequencies';

/** What happened to whom, as sentences say it. */
export const STAGES = {
  referred: { whom: 'on roll', what: 'were referred' },
  agreed: { whom: 'considered', what: 'had a move agreed' },
  lasted: { whom: 'whose move started', what: 'were still in place' },
} as const;
export type Stage = keyof typeof STAGES;

/** So many of so many, with the range of a figure that compares two such. */
interface SomeOf {
  readonly events: number;
  readonly n: number;
}
interface Bounds {
  readonly lower: number;
  readonly upper: number;
}

export interface GroupToldOf {
  readonly stage: Stage;
  /** As "children with an EHCP". */
  readonly group: string;
}

export interface GroupRatioTold extends GroupToldOf {
  readonly own: SomeOf;
  readonly others: SomeOf;
  readonly ratio: number;
  readonly range: Bounds;
  readonly signal: Signal;
  /** The school years that are clear of chance when taken alone. */
  readonly clear: readonly { readonly year: string; readonly direction: 'more' | 'less' }[];
}

export const stagesTemplates = {
  'too few in group': ({ stage, group }: GroupToldOf) =>
    `Too few ${group} ${STAGES[stage].what}, or too few others, for a comparison to be shown.`,
  'group ratio': groupRatio,
  'group difference': ({
    group,
    difference,
    range,
  }: Omit<GroupToldOf, 'stage'> & { readonly difference: number; readonly range: Bounds }) =>
    `For every 100 ${group} that is ${moreOrFewer(difference)} than among as many other children (likely range ${moreOrFewer(range.lower)} to ${moreOrFewer(range.upper)}).`,
  'group ratio among like needs': ({
    group,
    ratio,
    range,
  }: Omit<GroupToldOf, 'stage'> & { readonly ratio: number; readonly range: Bounds }) =>
    `Among children with like needs, for ${group} it is ${asOften(ratio, range)}. Allowing for needs can also hide a difference, where needs are not recorded alike.`,
};

function groupRatio({ stage, group, own, others, ratio, range, signal, clear }: GroupRatioTold, tier: Tier): string {
  const { whom, what } = STAGES[stage];
  const shareOf = ({ events, n }: SomeOf) => inHundred(events / n);
  const counts =
    tier === 3
      ? `Of ${group} ${whom}, ${shareOf(own)} ${what}; of other children, ${shareOf(others)}.`
      : `${someOf(own)} ${group} ${whom} ${what} (${shareOf(own)}), and ${someOf(others)} other children (${shareOf(others)}).`;
  const verdict =
    signal === 'none'
      ? 'That is within what chance can do.'
      : signal === 'Watch'
        ? 'That is at the edge of what chance can do.'
        : `${yearsOf(clear)}: ${WHERE_TO_LOOK}.`;
  return `${counts} That is ${asOften(ratio, range)}. ${verdict} It does not say why.`;
}

function yearsOf(clear: GroupRatioTold['clear']): string {
  const said = (['more', 'less'] as const).flatMap((direction) => {
    const years = clear.filter((one) => one.direction === direction).map(({ year }) => year);
    return years.length > 0 ? [`${direction} often in ${listOf(years)}`] : [];
  });
  return `Taken year by year, it was ${said.join(' and ')} than chance alone would explain`;
}

const someOf = ({ events, n }: SomeOf): string => `${events.toLocaleString('en-GB')} of ${n.toLocaleString('en-GB')}`;

const asOften = (ratio: number, { lower, upper }: Bounds): string => {
  const factor = times(ratio) === '0' ? 'less than 0.1' : `about ${times(ratio)}`;
  const said = times(ratio) === '1' ? 'about as often' : `${factor} times as often`;
  const range = times(upper) === '0' ? 'below 0.1' : `${times(lower)} to ${times(upper)}`;
  return `${said} (likely range ${range})`;
};

/** A difference of shares as people: "9 more", "3 fewer", "no more". */
function moreOrFewer(difference: number): string {
  const people = Math.round(100 * difference);
  if (people === 0) return 'no more';
  return people > 0 ? `${people} more` : `${-people} fewer`;
}
