import { runningSvg } from '../../charts/steady-over-time';
import { type RunningDifference, steadyOverTime, type TimedDecision } from '../../results/steady-over-time';
import { monthsBetween } from '../../windows';
import type { Example } from '.';

/**
 * A small invented panel of three decisions a month over three school years, which supports about what is expected for two
 * years and then less; each decision's chance goes through four needs.
 */
const decisions: TimedDecision[] = monthsBetween('2023-09', '2026-08').flatMap((month, m) =>
  [0, 1, 2].map((k) => {
    const at = 3 * m + k;
    const expected = [0.75, 0.6, 0.45, 0.7][at % 4] as number;
    return { month, supported: (at * 0.618) % 1 < (m < 22 ? expected : expected - 0.3), expected };
  }),
);

const running = steadyOverTime({ panel: 'Rowan', decisions }, 1) as RunningDifference;

export const example: Example = {
  sentence: running.result.sentence,
  svg: runningSvg(running, running.result.sentence, { withCusum: true }),
};
