import { precedentsSvg } from '../../charts/precedents';
import { likeCases, type Mark } from '../../results/precedents';
import type { Example } from '.';

const OUTCOMES = [
  { outcome: 'move', words: 'a managed move', years: [9, 9, 9, 9, 9, 9, 10, 10, 10] },
  { outcome: 'support', words: 'support in school', years: [8, 9] },
  { outcome: 'alternative', words: 'alternative provision', years: [10] },
  { outcome: 'other', words: 'something else', years: [] },
];

/** A child in year 9 who has had suspensions, and twelve invented cases like theirs. */
const answer = likeCases(
  {
    features: ['conduct', 9, 1],
    cases: OUTCOMES.flatMap(({ outcome, years }) =>
      years.map((year, i) => ({ id: `${outcome}-${i}`, features: ['conduct', year, 1], outcome })),
    ),
    months: 24,
    schema: [
      { name: 'main reason', kind: 'nominal', weight: 3 },
      { name: 'school year', kind: 'numeric', weight: 1, range: 4 },
      { name: 'suspended before', kind: 'asym', weight: 1 },
    ],
    outcomes: OUTCOMES,
  },
  1,
);

export const example: Example = {
  sentence: answer.result.sentence,
  svg: precedentsSvg(answer.marks as readonly Mark[], answer.result.sentence),
};
