import { movesThatLastSvg } from '../../charts/moves-that-last';
import { type Curve, type FollowedMove, movesThatLast } from '../../results/moves-that-last';
import { timeTaken } from '../../results/time-taken';
import type { Example } from '.';

/** Invented days on the new roll: of moves that ended again, of those that house moves or Year 11 cut off, and of all others. */
const LEFT = [12, 25, 40, 61, 75, 96, 118, 140, 171, 205, 230, 262, 301, 344, 420, 505];
const OTHER = [88, 190, 277, 396, 480];
const stays = Array.from({ length: 45 }, (_, i) => 60 + 16 * i);
const moves: FollowedMove[] = [
  ...LEFT.map((days) => ({ days, end: 'left' as const })),
  ...OTHER.map((days) => ({ days, end: 'other' as const })),
  ...stays.map((days) => ({ days, end: 'stays' as const })),
];
const lasting = movesThatLast(moves, { since: 'September 2024' }, 1);

/** Invented days from referral to decision, and of children who still wait. */
const waits = timeTaken(
  {
    wait: 'decision',
    days: Array.from({ length: 46 }, (_, i) => 9 + Math.round(i ** 1.35 / 4)),
    waiting: [5, 12, 20, 26, 31, 38, 44, 52, 67],
    standard: 30,
  },
  1,
);

export const example: Example = {
  sentence: lasting.result.sentence,
  also: [waits.median, waits.within, waits.withWaiting].map(({ sentence }) => sentence),
  svg: movesThatLastSvg(lasting.curve as Curve, lasting.result.sentence),
};
