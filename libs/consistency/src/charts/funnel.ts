import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import { type Funnel, type FunnelLine, linesOf } from '../results/panels-side-by-side';
import type { SpreadFunnel } from '../results/how-much-panels-differ';
import { BY_CHANCE, signalLegend, signalMark } from './marks';
import { px, svg, text } from './svg';

const WIDTH = 960;
const HEIGHT = 580;
const MARGIN = { top: 28, right: 150, bottom: 92, left: 64 };

const INNER = '95 in 100';

/** A line above the norm and one below, as shares by number of decisions. */
interface Pair {
  readonly label: string;
  readonly stroke: string;
  readonly at: readonly { readonly n: number; readonly lower: number; readonly upper: number }[];
}

const pairOf = (lines: readonly FunnelLine[], which: 'watch' | 'look') =>
  lines.map(({ n, ...own }) => ({ n, ...own[which] }));

/**
 * The funnel of panels as an SVG string (consistency.md 2a): share supported against number of decisions, the norm, and
 * the exact boundaries from 20 decisions on. It draws only what the rows show.
 */
export function funnelSvg(funnel: Funnel, title: string): string {
  const lines = linesOf(funnel);
  return drawn(funnel, { id: 'funnel', title }, [
    { label: '998 in 1,000', stroke: 'stroke-width="1.5"', at: pairOf(lines, 'look') },
    { label: INNER, stroke: 'stroke-dasharray="6 4"', at: pairOf(lines, 'watch') },
  ]);
}

/**
 * The same funnel with its outer lines, which decide the signals, beside those that are widened by how much panels differ
 * beyond chance (consistency.md 2a). Null where that cannot be estimated: then there is one pair.
 */
export function spreadSvg(funnel: SpreadFunnel, title: string): string {
  const lines = linesOf(funnel);
  return drawn(funnel, { id: 'spread', title }, [
    { label: 'chance alone', stroke: 'stroke-width="1.5"', at: pairOf(lines, 'look') },
    ...(funnel.widened
      ? [{ label: 'widened', stroke: 'stroke-width="2" stroke-dasharray="2 5"', at: funnel.widened }]
      : []),
  ]);
}

function drawn({ norm, points }: Funnel, named: { id: string; title: string }, pairs: readonly Pair[]): string {
  const largest = Math.max(...pairs.flatMap(({ at }) => at.map(({ n }) => n)));
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

  const boundaries = pairs
    .flatMap(({ stroke, at }) =>
      (['lower', 'upper'] as const).map(
        (side) =>
          `<path fill="none" stroke="#595959" ${stroke} d="${line<(typeof at)[number]>(
            (point) => Number(px(x(point.n))),
            (point) => Number(px(y(point[side]))),
          )(at)}"/>`,
      ),
    )
    .join('');
  const ends = pairs.flatMap(({ label: words, at }) => {
    const last = at.at(-1) as Pair['at'][number];
    return [last.upper, last.lower].map((share) => ({ words, at: y(share) + 5 }));
  });
  const names = apart([...ends, { words: 'panels together', at: y(norm) + 5 }])
    .map(({ words, at }) => text(x(largest) + 6, at, words, 'font-size="12"'))
    .join('');
  const normLine = `<line x1="${px(x(0))}" x2="${px(x(largest))}" y1="${px(y(norm))}" y2="${px(y(norm))}" stroke="#0b0c0c" stroke-width="1.5"/>`;

  const marks = points.map((point) => ({ ...point, cx: x(point.n), cy: y(point.y / point.n) }));
  const taken: Box[] = marks.map(({ cx, cy }) => ({ left: cx - 9, right: cx + 9, top: cy - 8, bottom: cy + 8 }));
  const dots = [...marks]
    .sort((a, b) => a.cy - b.cy)
    .map((point) => signalMark(point, point.cx, point.cy) + label(point.panel, point.cx, point.cy, taken))
    .join('');

  const judged = points.filter((point) => point.judged);
  const outside = judged.filter((point) => point.signal === 'Look').map((point) => point.panel);
  const description =
    `Each mark is a panel: how many decisions it made from left to right, and the share that supported a managed move from bottom to top. ` +
    `${points.length} panels are shown. ` +
    (outside.length > 0 ? `Outside the outer lines: ${outside.join(', ')}.` : 'No panel is outside the outer lines.');
  const legend = signalLegend(
    MARGIN.left,
    HEIGHT - 18,
    pairs.some(({ label: words }) => words === INNER) ? {} : BY_CHANCE,
  );
  const axisTitles =
    text(
      (x(0) + x(largest)) / 2,
      HEIGHT - MARGIN.bottom + 36,
      'Decisions in the period',
      'text-anchor="middle" font-size="13"',
    ) + text(MARGIN.left, MARGIN.top - 10, 'Share that supported a managed move', 'font-size="13"');
  return svg(
    { ...named, description, width: WIDTH, height: HEIGHT },
    grid + axis + ticks + axisTitles + boundaries + normLine + names + dots + legend,
  );
}

/** Names of lines, from top to bottom, none nearer to the one above than its height. */
function apart(names: readonly { words: string; at: number }[]): { words: string; at: number }[] {
  let above = -Infinity;
  return [...names]
    .sort((a, b) => a.at - b.at)
    .map(({ words, at }) => ({ words, at: (above = Math.max(at, above + 14)) }));
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
