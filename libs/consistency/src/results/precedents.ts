/**
 * Like cases (consistency.md 2e): what the nearest past cases led to, for a panel that has recorded its provisional view.
 * Every outcome is shown, none is recommended. Pure.
 */
import { Disclosed, type DisclosedCounts, type Shown, type Tier } from '../disclosure';
import { gate, permits } from '../gates';
import { Result } from '../result';
import type { PrecedentMonths } from '../sentences/precedents';
import { InvalidInput } from '../statistics/invalid-input';
import {
  type Feature,
  type Features,
  gowerDistance,
  isDeparture,
  nearestPrecedents,
  type Precedent,
  shareOf,
} from '../statistics/precedents';

export const PRECEDENTS_METHOD = 'precedents-1';

/** So many at most, and no farther away than this (consistency.md 2e). */
const NEAREST = 20;
const WITHIN = 0.25;

/** What a case can lead to: as it is recorded, and in words that follow "led to", such as "a managed move". */
export interface OutcomeWords {
  readonly outcome: string;
  readonly words: string;
}

export interface LikeCasesQuery {
  readonly features: Features;
  /** Decided cases of the same kind in the last `months`. */
  readonly cases: readonly Precedent[];
  readonly months: PrecedentMonths;
  /** How features are compared, each with its name in plain words: needs and events, never who a child is. */
  readonly schema: readonly (Feature & { readonly name: string })[];
  /** Every outcome there can be, in the order of the page. */
  readonly outcomes: readonly OutcomeWords[];
  /** What was decided in the end, once it has been. */
  readonly decided?: string;
}

type Counts = DisclosedCounts<string>;

/** One precedent beside the case: which features are the same in both, and which differ. */
export interface ComparedPrecedent {
  readonly id: string;
  readonly words: string;
  /** From 0 (alike) to 0.25. */
  readonly distance: number;
  readonly same: readonly string[];
  readonly different: readonly string[];
}

export interface LikeCases {
  /** How many precedents led to what, by the words of each outcome. */
  readonly result: Result<'precedents', Counts>;
  /** One row an outcome, with its share of the precedents and the range that describes it: from 10 precedents on. */
  readonly outcomes: readonly {
    readonly words: string;
    readonly result: Result<'precedents', Counts & { readonly share: Shown }>;
  }[];
  /** The nearest first, for those who may see the cases (tier 1); null for others and under the gate. */
  readonly precedents: readonly ComparedPrecedent[] | null;
  /** What the unit chart draws; null where a count is withheld, and under the gate. */
  readonly marks: readonly Mark[] | null;
  /** Asks for a reason where the decision was rare among its precedents, else null. It blocks nothing. */
  readonly departure: Result<'precedents', Counts> | null;
}

/** An outcome on the unit chart, with as many marks as precedents led to it. */
export interface Mark {
  readonly words: string;
  readonly count: number;
}

/** Throws InvalidInput as `nearestPrecedents` does, and where a precedent led to an outcome that is not listed. */
export function likeCases(
  { features, cases, months, schema, outcomes, decided }: LikeCasesQuery,
  tier: Tier,
): LikeCases {
  const nearest = nearestPrecedents(features, cases, schema, { k: NEAREST, within: WITHIN });
  const wordsOf = (outcome: string): string => {
    const known = outcomes.find((one) => one.outcome === outcome);
    if (!known) throw new InvalidInput('the outcome of a precedent', outcome, 'list it among the outcomes');
    return known.words;
  };
  nearest.forEach(({ outcome }) => wordsOf(outcome));

  const counts = { count: nearest.length };
  const code = gate('precedents', counts);
  const isOpen = permits(code) !== 'nothing';
  const shares = outcomes.map(({ outcome, words }) => ({ words, ...shareOf(outcome, nearest) }));
  const [value] = Disclosed.table([Object.fromEntries(shares.map(({ words, agreed }) => [words, agreed]))], {
    tier,
    permitted: () => isOpen,
  }) as [Disclosed<Counts>];
  const figure = {
    gate: 'precedents',
    counts,
    interval: () => null,
    signal: 'none',
    tooFew: { of: 'no close precedents', months },
    methodVersion: PRECEDENTS_METHOD,
  } as const;
  const told = shares.map(({ words, agreed }) => ({ words, count: agreed }));

  return {
    result: Result.of({ ...figure, value, sentence: { of: 'precedents', months, outcomes: told } }),
    outcomes: shares.map(({ words, agreed, of, wilson }) => {
      const range = code === 'share' && wilson ? { lower: wilson[0], upper: wilson[1] } : null;
      return {
        words,
        result: Result.of({
          ...figure,
          value: value.with('share', { share: range && agreed / of }),
          interval: () => range,
          sentence: { of: 'precedent share', words, count: agreed, among: of, range },
        }),
      };
    }),
    precedents:
      tier === 1 && isOpen
        ? nearest.map(({ id, distance, outcome }) => {
            const own = cases.find((one) => one.id === id) as Precedent;
            return { id, distance, words: wordsOf(outcome), ...compared(features, own.features, schema) };
          })
        : null,
    marks: value.isOpen ? shares.map(({ words }) => ({ words, count: value.value.counts[words] as number })) : null,
    departure:
      decided !== undefined && isDeparture(decided, nearest)
        ? Result.of({
            ...figure,
            value,
            sentence: { of: 'departure', words: wordsOf(decided), ...countOf(decided, nearest) },
          })
        : null,
  };
}

const countOf = (outcome: string, nearest: Parameters<typeof shareOf>[1]) => {
  const { agreed, of } = shareOf(outcome, nearest);
  return { count: agreed, among: of };
};

/** Feature by feature; one that is not recorded in both, or a flag that is absent in both, is in neither list. */
function compared(a: Features, b: Features, schema: LikeCasesQuery['schema']) {
  const apart = schema.map((feature, i) => ({
    name: feature.name,
    distance: gowerDistance([a[i] ?? null], [b[i] ?? null], [feature]).distance,
  }));
  return {
    same: apart.filter(({ distance }) => distance === 0).map(({ name }) => name),
    different: apart.filter(({ distance }) => distance !== null && distance > 0).map(({ name }) => name),
  };
}
