import { spreadSvg } from '../../charts/funnel';
import { howMuchPanelsDiffer, type SpreadFunnel } from '../../results/how-much-panels-differ';
import type { Example } from '.';

/** Fourteen invented panels: name, decisions, supported. */
const PANELS = [
  ['Ash', 24, 12],
  ['Beech', 36, 17],
  ['Cedar', 48, 31],
  ['Elm', 60, 30],
  ['Fern', 110, 83],
  ['Hazel', 40, 31],
  ['Hillside', 36, 26],
  ['Larch', 90, 47],
  ['Maple', 120, 82],
  ['Oak', 150, 99],
  ['Riverside', 84, 66],
  ['Rowan', 30, 24],
  ['Spruce', 130, 67],
  ['Willow', 72, 41],
] as const;

const answer = howMuchPanelsDiffer(
  PANELS.map(([panel, n, y]) => ({ panel, windows: [{ key: '36-months', months: [1], n, y, keep: true }] })),
  { key: '36-months', tier: 2 },
);

export const example: Example = {
  sentence: answer.spread.sentence,
  also: answer.planning.flatMap(({ panel, result }) => (panel === 'Hillside' ? [result.sentence] : [])),
  svg: spreadSvg(answer.funnel as SpreadFunnel, answer.spread.sentence),
};
