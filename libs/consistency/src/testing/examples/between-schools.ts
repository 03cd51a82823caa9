import { betweenSchoolsSvg } from '../../charts/between-schools';
import { betweenSchools } from '../../results/between-schools';
import type { Example } from '.';

/** Seven invented schools: pupils on roll, moves in, moves out. */
const answer = betweenSchools(
  (
    [
      ['Ash School', 1150, 9, 11],
      ['Beech Academy', 980, 6, 8],
      ['Cedar High', 1420, 11, 7],
      ['Elm School', 640, 17, 5],
      ['Oak Academy', 1580, 5, 13],
      ['Rowan School', 760, 6, 6],
      ['Willow High', 1210, 8, 12],
    ] as const
  ).map(([school, roll, movesIn, movesOut]) => ({ school, roll, movesIn, movesOut })),
  2,
);

export const example: Example = { sentence: answer.finding, svg: betweenSchoolsSvg(answer) };
