import { sameCaseSvg } from '../../charts/same-case';
import { type Grid, type Round, sameCase } from '../../results/same-case';
import type { Example } from '.';

/** Sixteen invented case summaries, decided by six panels: 1 supported, 0 not. */
const DECIDED = [
  ['Summary 1', '111111'],
  ['Summary 2', '000000'],
  ['Summary 3', '111000'],
  ['Summary 4', '111111'],
  ['Summary 5', '110011'],
  ['Summary 6', '111110'],
  ['Summary 7', '000000'],
  ['Summary 8', '110110'],
  ['Summary 9', '111111'],
  ['Summary 10', '101010'],
  ['Summary 11', '000100'],
  ['Summary 12', '111111'],
  ['Summary 13', '110001'],
  ['Summary 14', '000000'],
  ['Summary 15', '111111'],
  ['Summary 16', '100000'],
] as const;

export const round: Round = {
  panels: ['Ash', 'Beech', 'Cedar', 'Elm', 'Hazel', 'Oak'],
  summaries: DECIDED.map(([name, votes]) => ({ name, supported: [...votes].map((vote) => vote === '1') })),
};

const answer = sameCase(round, { tier: 1, ownPanel: 'Elm' });

export const example: Example = {
  sentence: answer.agreement.sentence,
  also: [answer.index?.sentence ?? '', answer.disagreement?.sentence ?? ''],
  svg: sameCaseSvg(answer.grid as Grid, answer.agreement.sentence),
};
