import { casesLikeTheseSvg } from '../../charts/cases-like-these';
import { casesLikeThese, type DifferencePoint, type PanelCases } from '../../results/cases-like-these';
import type { Example } from '.';
import { PANELS } from './panels-side-by-side';

/** How many in every six of each panel's cases have greater need, which are supported less often; invented. */
const NEED: Readonly<Record<string, number>> = { Larch: 5, Maple: 5, Riverside: 1, Cedar: 2, Oak: 2 };

/** The twelve panels, whose cases are supported 78 or 44 times in 100 by the baseline. */
export const panels: PanelCases[] = PANELS.map(([panel, n, y]) => {
  const greater = Math.round((n * (NEED[panel] ?? 3)) / 6);
  return {
    panel,
    windows: [{ key: '36-months', months: [1], n, y, keep: true }],
    cases: [
      { probability: 0.78, count: n - greater },
      { probability: 0.44, count: greater },
    ],
    recorded: 1,
  };
});

const answer = casesLikeThese(panels, { key: '36-months', tier: 2 });

export const example: Example = {
  sentence: answer.finding,
  also: answer.results.flatMap(({ panel, result }) => (panel === 'Hillside' ? [result.sentence] : [])),
  svg: casesLikeTheseSvg(answer.points as readonly DifferencePoint[], answer.finding),
};
