import { scaleLinear } from 'd3-scale';
import type { DifferencePoint } from '../results/cases-like-these';
import { BY_CHANCE, signalLegend, signalMark } from './marks';
import { px, svg, text } from './svg';

const WIDTH = 960;
const ROW = 30;
const MARGIN = { top: 62, right: 130, bottom: 82, left: 250 };

/**
 * A row a panel: how many more or fewer in every 100 cases it supported than expected for its cases, on bars of what
 * chance alone does for a panel with these cases (consistency.md 2a). In the order given; it draws only what the results show.
 */
export function casesLikeTheseSvg(points: readonly DifferencePoint[], title: string): string {
  const bottom = MARGIN.top + ROW * points.length;
  const height = bottom + MARGIN.bottom;
  const reach = Math.max(
    20,
    ...points.map((point) => Math.abs(point.differencePer100) + 4),
    ...points.filter(({ judged }) => judged).map(({ outer }) => outer),
  );
  const x = scaleLinear([-reach, reach], [MARGIN.left, WIDTH - MARGIN.right]).nice();
  const grid = x
    .ticks(8)
    .map(
      (tick) =>
        `<line x1="${px(x(tick))}" x2="${px(x(tick))}" y1="${MARGIN.top}" y2="${bottom}" stroke="${tick === 0 ? '#0b0c0c' : '#dcdcdc'}"${tick === 0 ? ' stroke-width="1.5"' : ''}/>` +
        text(x(tick), bottom + 20, signed(tick), 'text-anchor="middle"'),
    )
    .join('');
  const rows = points
    .map((point, i) => {
      const y = MARGIN.top + ROW * (i + 0.5);
      const bar = (half: number, thickness: number, fill: string) =>
        `<rect x="${px(x(-half))}" y="${px(y - thickness / 2)}" width="${px(x(half) - x(-half))}" height="${thickness}" fill="${fill}" stroke="#595959"/>`;
      return (
        text(MARGIN.left - 12, y + 5, `${point.panel}, ${point.decisions} decisions`, 'text-anchor="end"') +
        (point.judged ? bar(point.outer, 6, '#ffffff') + bar(point.inner, 12, '#dcdcdc') : '') +
        signalMark(point, x(point.differencePer100), y) +
        text(WIDTH - MARGIN.right + 24, y + 5, signed(Math.round(point.differencePer100)))
      );
    })
    .join('');
  const words =
    text(x(0) - 14, MARGIN.top - 32, '← fewer than expected', 'text-anchor="end" font-size="13"') +
    text(x(0) + 14, MARGIN.top - 32, 'more than expected →', 'font-size="13"') +
    text(x(0), MARGIN.top - 10, 'as expected for its cases', 'text-anchor="middle" font-size="12"') +
    text(
      x(0),
      bottom + 42,
      'More or fewer supported in every 100 cases than expected',
      'text-anchor="middle" font-size="13"',
    ) +
    text(12, MARGIN.top - 32, 'Bars: what chance alone does', 'font-size="12"') +
    text(12, MARGIN.top - 14, '95 in 100 (thick), 998 in 1,000 (thin)', 'font-size="12"');
  const outside = points.filter(({ judged, signal }) => judged && signal === 'Look').map(({ panel }) => panel);
  return svg(
    {
      id: 'cases-like-these',
      title,
      description:
        `A row for each of ${points.length} panels: how many more or fewer cases in every 100 it supported than expected for such cases, ` +
        `on a bar of what chance alone does. From ${spoken(Math.min(...points.map((point) => point.differencePer100)))} to ${spoken(Math.max(...points.map((point) => point.differencePer100)))}. ` +
        (outside.length > 0
          ? `Beyond what chance explains: ${outside.join(', ')}.`
          : 'None is beyond what chance explains.'),
      width: WIDTH,
      height,
    },
    grid + rows + words + signalLegend(60, height - 18, BY_CHANCE),
  );
}

const signed = (value: number): string => (value > 0 ? `+${value}` : value < 0 ? `−${-value}` : '0');
const spoken = (value: number): string =>
  value === 0 ? 'none' : `${Math.round(Math.abs(value))} ${value > 0 ? 'more' : 'fewer'}`;
