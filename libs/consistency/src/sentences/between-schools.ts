/** Which schools take moves, beside their share of pupils (consistency.md 2g). */
import type { Tier } from '../disclosure';
import type { Signal } from '../signal';
import { inHundred, listOf, times, verdict } from './frequencies';

export interface SchoolTold {
  readonly school: string;
  /** Moves into, or out of, this school, and all moves. */
  readonly moves: number;
  readonly total: number;
}

export interface SchoolTakenTold extends SchoolTold {
  /** Null under 20 moves, where counts stand alone. */
  readonly beside: {
    /** The school's share of pupils. */
    readonly pupils: number;
    readonly ratio: number;
    readonly range: { readonly lower: number; readonly upper: number };
  } | null;
  readonly signal: Signal;
  readonly direction: 'more' | 'less' | undefined;
}

export interface SchoolReading {
  readonly school: string;
  readonly signal: Signal;
  readonly direction: 'more' | 'less' | undefined;
}

export const betweenSchoolsTemplates = {
  'moves taken': ({ school, moves, total, beside, signal, direction }: SchoolTakenTold, tier: Tier) => {
    const took = `${school} took ${someOf(moves, total, tier)}`;
    if (!beside) return `${took}. Fewer than 20 moves are too few to set beside its share of pupils.`;
    const { pupils, ratio, range } = beside;
    const share = moves === 0 ? 'none of its share' : `about ${times(ratio)} times its share`;
    return `${took} and has ${inHundred(pupils)} of the pupils: ${share} (likely range ${times(range.lower)} to ${times(range.upper)} times). ${verdict(signal, direction)} Which schools had places is not in this figure.`;
  },
  'moves sent': ({ school, moves, total }: SchoolTold, tier: Tier) => `${school} sent ${someOf(moves, total, tier)}.`,
  'moves to go elsewhere': ({ share }: { readonly share: number | null }) => {
    if (share === null) return 'Fewer than 20 moves are too few to say how evenly schools share them.';
    return share === 0
      ? 'Every school took just its share of moves.'
      : `For every school to take just its share, ${inHundred(share)} moves would have gone to another school. Chance alone also makes some difference.`;
  },
  /** Heads the page. */
  'schools finding': ({ total, shown }: { readonly total: number; readonly shown: readonly SchoolReading[] }) => {
    if (total < 20) return 'Fewer than 20 moves are too few to compare schools.';
    if (shown.length < 2) return 'Too few schools can be shown to be compared.';
    const looks = (direction: 'more' | 'less') =>
      shown.filter((one) => one.signal === 'Look' && one.direction === direction).map(({ school }) => school);
    const [more, less] = [looks('more'), looks('less')];
    if (more.length + less.length === 0)
      return `The ${shown.length} schools shown took about as many moves as their numbers of pupils would bring, as far as chance lets us see.`;
    const said =
      more.length === 0
        ? `${listOf(less)} took fewer moves`
        : `${listOf(more)} took more moves${less.length > 0 ? `, and ${listOf(less)} fewer,` : ''}`;
    return `${said} than pupil numbers and chance would explain, among ${shown.length} schools.`;
  },
};

/** Beyond the agreement no count stands in a sentence. */
const someOf = (moves: number, total: number, tier: Tier): string => {
  if (moves === 0) return 'none of the moves';
  return tier === 3 ? `${inHundred(moves / total)} moves` : `${moves} of ${total} moves`;
};
