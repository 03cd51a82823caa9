import { funnelSvg } from '../../charts/funnel';
import { type PanelsSideBySide, panelsSideBySide } from '../../results/panels-side-by-side';
import type { Example } from '.';

/** Twelve invented panels over two school years: name, decisions, supported. */
export const PANELS = [
  ['Ash', 24, 16],
  ['Beech', 36, 20],
  ['Cedar', 48, 31],
  ['Elm', 60, 37],
  ['Hazel', 14, 8],
  ['Hillside', 36, 26],
  ['Larch', 90, 38],
  ['Maple', 120, 78],
  ['Oak', 150, 99],
  ['Riverside', 84, 64],
  ['Rowan', 30, 19],
  ['Willow', 72, 43],
] as const;

const answer = panelsSideBySide(
  PANELS.map(([panel, n, y]) => ({ panel, month: '2026-05', n, y })),
  { tier: 2 },
) as PanelsSideBySide;

export const example: Example = {
  sentence: answer.finding,
  svg: funnelSvg(answer.funnel as NonNullable<PanelsSideBySide['funnel']>, answer.finding),
};
