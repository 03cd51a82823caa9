import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import { type Funnel, type FunnelLine, linesOf } from '../panels-side-by-side';
import { signalLegend, signalMark } from './marks';
import { px, svg, text } from './svg';

const WIDTH = 960;
const HEIGHT = 580;
const MARGIN = { top: 28, right: 150, bottom: 92, left: 64 };
/**
 * The funnel of panels as an SVG string (consistency.md 2a): share supported against number of decisions, the norm, and
 * the exact boundaries from 20 decisions on. It draws only what the rows show.
 */
export function funnelSvg(funnel: Funnel, title: string): string {
  const { norm, points } = funnel;
  const lines = linesOf(funnel);
  const largest = (lines.at(-1) as FunnelLine).n;
  const x = scaleLinear([0, largest * 1.05], [MARGIN.left, WIDTH - MARGIN.right]);
  const y = scaleLinear([0, 1], [HEIGHT - MARGIN.bottom, MARGIN.top]);

  const grid = y
    .ticks(5)
    .map(
      (tick) =>
        `<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${px(y(tick))}" y2="${px(y(tick))}" stroke="#dcdcdc"/>` +
        text(MARGIN.left - 8, y(tick) + 5, `${Math.round(tick * 100)}%`, 'text-anchor="end"'),
    )
    .join('');
  const ticks = x
    .ticks(8)
    .map((tick) => text(x(tick), HEIGHT - MARGIN.bottom + 20, String(tick), 'text-anchor="middle"'))
    .join('');
  const axis = `<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${px(y(0))}" y2="${px(y(0))}" stroke="#595959"/>`;

  const boundaries = (which: 'watch' | 'look', dash: string, label: string) => {
    const at = lines.map((own) => ({ n: own.n, ...own[which] }));
    const path = (side: 'lower' | 'upper') =>
      `<path fill="none" stroke="#595959" ${dash} d="${line<(typeof at)[number]>(
        (point) => Number(px(x(point.n))),
        (point) => Number(px(y(point[side]))),
      )(at)}"/>`;
    const last = at.at(-1) as (typeof at)[number];
    return (
      path('lower') +
      path('upper') +
      text(x(last.n) + 6, y(last.upper) + 5, label, 'font-size="12"') +
      text(x(last.n) + 6, y(last.lower) + 5, label, 'font-size="12"')
    );
  };
  const normLine =
    `<line x1="${px(x(0))}" x2="${px(x(largest))}" y1="${px(y(norm))}" y2="${px(y(norm))}" stroke="#0b0c0c" stroke-width="1.5"/>` +
    text(x(largest) + 6, y(norm) + 5, 'panels together', 'font-size="12"');

  const marks = points.map((point) => ({ ...point, cx: x(point.n), cy: y(point.y / point.n) }));
  const taken: Box[] = marks.map(({ cx, cy }) => ({ left: cx - 9, right: cx + 9, top: cy - 8, bottom: cy + 8 }));
  const dots = [...marks]
    .sort((a, b) => a.cy - b.cy)
    .map((point) => {
      return signalMark(point, point.cx, point.cy) + label(point.panel, point.cx, point.cy, taken);
    })
    .join('');

  const judged = points.filter((point) => point.judged);
  const outside = judged.filter((point) => point.signal === 'Look').map((point) => point.panel);
  const description =
    `Each mark is a panel: how many decisions it made from left to right, and the share that supported a managed move from bottom to top. ` +
    `${points.length} panels are shown. ` +
    (outside.length > 0 ? `Outside the outer lines: ${outside.join(', ')}.` : 'No panel is outside the outer lines.');
  const legend = signalLegend(MARGIN.left, HEIGHT - 18);
  const axisTitles =
    text(
      (x(0) + x(largest)) / 2,
      HEIGHT - MARGIN.bottom + 36,
      'Decisions in the period',
      'text-anchor="middle" font-size="13"',
    ) + text(MARGIN.left, MARGIN.top - 10, 'Share that supported a managed move', 'font-size="13"');
  return svg(
    { id: 'funnel', title, description, width: WIDTH, height: HEIGHT },
    grid +
      axis +
      ticks +
      axisTitles +
      boundaries('look', 'stroke-width="1.5"', '998 in 1,000') +
      boundaries('watch', 'stroke-dasharray="6 4"', '95 in 100') +
      normLine +
      dots +
      legend,
  );
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const overlap = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/** A panel's name beside its dot, left before right, moved up or down until it covers neither a name nor a dot. */
function label(name: string, x: number, y: number, taken: Box[]): string {
  const width = name.length * 7.2;
  const places = [0, -15, 15, -30, 30, -45, 45, -60, 60, -75, 75].flatMap((shift) =>
    (['end', 'start'] as const).map((anchor) => {
      const left = anchor === 'end' ? x - 13 - width : x + 13;
      return { anchor, shift, left, right: left + width, top: y + shift - 7, bottom: y + shift + 7 };
    }),
  );
  const free =
    places.find((place) => !taken.some((other) => overlap(place, other))) ?? (places[0] as (typeof places)[0]);
  taken.push(free);
  const at = free.anchor === 'end' ? free.right : free.left;
  const leader =
    free.shift === 0
      ? ''
      : `<line x1="${px(at + (free.anchor === 'end' ? 2 : -2))}" y1="${px(y + free.shift)}" x2="${px(x)}" y2="${px(y)}" stroke="#595959" stroke-width="0.75"/>`;
  return (
    leader +
    text(
      at,
      y + free.shift + 5,
      name,
      `text-anchor="${free.anchor}" font-size="13" stroke="#ffffff" stroke-width="4" paint-order="stroke"`,
    )
  );
}
