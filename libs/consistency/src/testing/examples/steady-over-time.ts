import { steadySvg } from '../../charts/steady-over-time';
import { type SteadyChart, steadyOverTime } from '../../results/steady-over-time';
import { monthsBetween } from '../../windows';
import type { Example } from '.';

/** Two invented school years of a large panel: decisions a month, and those supported. */
const N = [38, 41, 45, 30, 36, 44, 40, 33, 42, 46, 35, 20, 37, 43, 44, 29, 39, 41, 38, 35, 43, 47, 36, 18];
const Y = [22, 27, 25, 19, 21, 30, 24, 22, 25, 29, 20, 12, 25, 29, 31, 21, 27, 29, 28, 25, 24, 27, 22, 11];

const chart = steadyOverTime(
  {
    panel: 'Northside',
    decisions: monthsBetween('2024-09', '2026-08').flatMap((month, i) =>
      Array.from({ length: N[i] as number }, (_, k) => ({ month, supported: k < (Y[i] as number), expected: 0.6 })),
    ),
  },
  2,
) as SteadyChart;

export const example: Example = {
  sentence: chart.result.sentence,
  svg: steadySvg(chart, chart.result.sentence),
};
