/** What members thought before anyone spoke, against what the panel decided (consistency.md 2c). */
import { countRatings, pairAgreement } from './agreement';
import { checkList, InvalidInput } from './invalid-input';

/** One case: each member's view, locked before discussion, the chair's among them, and what was decided. */
export interface FirstViews {
  readonly views: readonly { readonly outcome: string; readonly isChair: boolean }[];
  readonly decided: string;
}

export interface FirstViewFigures {
  /** How often two members of a panel, picked at random, held the same first view; null where no case has two views. */
  readonly pairAgreement: number | null;
  /** Of cases with a majority first view: how many there are, and in how many the decision was that view. */
  readonly majority: { readonly of: number; readonly followed: number };
  /** Of cases where the chair held another view than the majority: how many, and in how many the chair's view prevailed. */
  readonly chairPull: { readonly of: number; readonly followed: number };
  /** Cases on which first views differed at all: the figures need 20. */
  readonly split: number;
}

/** Counts over cases; a tie is no majority. Linear. Refuses no case, a case without a view, and more than one chair. */
export function firstViews(cases: readonly FirstViews[]): FirstViewFigures {
  checkList('cases', cases);
  cases.forEach(({ views }, i) => {
    checkList(`cases[${i}].views`, views);
    const chairs = views.filter((view) => view.isChair).length;
    if (chairs > 1) throw new InvalidInput(`the number of chairs in cases[${i}]`, chairs, 'give one at most');
  });
  const outcomes = [...new Set(cases.flatMap(({ views }) => views.map((view) => view.outcome)))];
  const rows = cases.map(({ views }) => countRatings([views.map((view) => view.outcome)], outcomes)[0] as number[]);
  const judged = cases.map(({ views, decided }, i) => {
    const most = Math.max(...(rows[i] as number[]));
    const leaders = outcomes.filter((_, k) => rows[i]?.[k] === most);
    const majority = 2 * most > views.length ? leaders[0] : undefined;
    return { majority, decided, chair: views.find((view) => view.isChair)?.outcome };
  });
  const withMajority = judged.filter(({ majority }) => majority !== undefined);
  const against = withMajority.filter(({ majority, chair }) => chair !== undefined && chair !== majority);
  return {
    pairAgreement: pairAgreement(rows),
    majority: {
      of: withMajority.length,
      followed: withMajority.filter(({ majority, decided }) => decided === majority).length,
    },
    chairPull: { of: against.length, followed: against.filter(({ chair, decided }) => decided === chair).length },
    split: rows.filter((row) => row.filter((count) => count > 0).length > 1).length,
  };
}
