import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import type { RunningDifference, RunningPoint, SteadyChart } from '../results/steady-over-time';
import { signalMark } from './marks';
import { px, svg, text } from './svg';

const WIDTH = 960;
const MARGIN = { top: 34, right: 130, left: 64 };
const LEFT = MARGIN.left;
const RIGHT = WIDTH - MARGIN.right;

const rule = (y: number, attributes: string): string =>
  `<line x1="${LEFT}" x2="${RIGHT}" y1="${px(y)}" y2="${px(y)}" ${attributes}/>`;
const GRID = 'stroke="#dcdcdc"';
const CENTRE = 'stroke="#0b0c0c" stroke-width="1.5"';

/**
 * A panel's share by month or term, with its usual level and its usual range, which is wider where there are fewer decisions
 * (consistency.md 2b). What is withheld is a gap; it draws only what the result shows.
 */
export function steadySvg({ points, centre, by }: SteadyChart, title: string): string {
  const height = 440;
  const bottom = height - 96;
  const x = scaleLinear([-0.5, points.length - 0.5], [LEFT, RIGHT]);
  const y = scaleLinear([0, 1], [bottom, MARGIN.top]);
  const shown = points.flatMap(({ shown: own }, i) =>
    own ? [{ ...own, i, share: own.supported / own.decisions }] : [],
  );
  const grid = y
    .ticks(5)
    .map((tick) => rule(y(tick), GRID) + text(LEFT - 8, y(tick) + 5, `${Math.round(tick * 100)}%`, 'text-anchor="end"'))
    .join('');
  const every = Math.ceil(points.length / 9);
  const periods = points
    .map(({ period }, i) =>
      i % every === 0 ? text(x(i), bottom + 24, period, 'text-anchor="middle" font-size="12"') : '',
    )
    .join('');
  const limits = shown
    .flatMap(({ i, lower, upper }) =>
      [lower, upper].map((limit) =>
        limit === null
          ? ''
          : `<line x1="${px(x(i - 0.5))}" x2="${px(x(i + 0.5))}" y1="${px(y(limit))}" y2="${px(y(limit))}" stroke="#595959" stroke-width="1.5"/>`,
      ),
    )
    .join('');
  const path = line<(typeof shown)[number] | null>()
    .defined((point) => point !== null)
    .x((point) => Number(px(x((point as (typeof shown)[number]).i))))
    .y((point) => Number(px(y((point as (typeof shown)[number]).share))));
  const dots = shown
    .map(({ i, share, isSignal }) => signalMark({ signal: isSignal ? 'Look' : 'none', judged: true }, x(i), y(share)))
    .join('');
  const last = shown.findLast(({ upper }) => upper !== null);
  const names =
    text(RIGHT + 6, y(centre) + 5, 'usual level', 'font-size="12"') +
    (last
      ? text(RIGHT + 6, y(last.upper as number) + 5, 'usual range', 'font-size="12"') +
        text(RIGHT + 6, y(last.lower as number) + 5, 'usual range', 'font-size="12"')
      : '');
  const legend =
    signalMark({ signal: 'none', judged: true }, LEFT + 8, height - 22) +
    text(LEFT + 22, height - 17, `a ${by}`, 'font-size="12"') +
    signalMark({ signal: 'Look', judged: true }, LEFT + 148, height - 22) +
    text(
      LEFT + 162,
      height - 17,
      `outside its usual range, or one of eight ${by}s in a row on one side (Look)`,
      'font-size="12"',
    ) +
    (shown.length < points.length
      ? text(LEFT + 600, height - 17, `gap: a ${by} that is withheld`, 'font-size="12"')
      : '');
  const signals = shown.filter(({ isSignal }) => isSignal).map(({ i }) => points[i]?.period);
  return svg(
    {
      id: 'steady',
      title,
      description:
        `The share supported in each of ${shown.length} ${by}s, from left to right, between ${Math.round(100 * Math.min(...shown.map(({ share }) => share)))} and ${Math.round(100 * Math.max(...shown.map(({ share }) => share)))} per cent. ` +
        (last ? '' : 'There are too few for a usual range. ') +
        (signals.length > 0 ? `Marked: ${signals.join(', ')}.` : 'None is marked.'),
      width: WIDTH,
      height,
    },
    grid +
      rule(y(0), 'stroke="#595959"') +
      periods +
      limits +
      rule(y(centre), CENTRE) +
      `<path fill="none" stroke="#595959" d="${path(points.map((_, i) => shown.find((point) => point.i === i) ?? null)) ?? ''}"/>` +
      dots +
      names +
      text(LEFT, MARGIN.top - 14, 'Share that supported a managed move', 'font-size="13"') +
      legend,
  );
}

/**
 * How many more or fewer than expected so far, decision by decision, and for analysts the two CUSUMs under it
 * (consistency.md 2b). It draws only what the result shows.
 */
export function runningSvg(
  { points }: RunningDifference,
  title: string,
  { withCusum }: { withCusum: boolean },
): string {
  const upper = { top: MARGIN.top, bottom: MARGIN.top + 220 };
  const lower = { top: upper.bottom + 70, bottom: upper.bottom + 250 };
  const height = (withCusum ? lower.bottom : upper.bottom) + 60;
  const from: RunningPoint = { decisions: 0, difference: 0, up: 0, down: 0 };
  const path = [from, ...points];
  const x = scaleLinear([0, Math.max(10, ...points.map(({ decisions }) => decisions))], [LEFT, RIGHT]);
  const reach = Math.max(5, ...points.map(({ difference }) => Math.abs(difference)));
  const y = scaleLinear([-reach, reach], [upper.bottom, upper.top]).nice();
  const drawn = (at: (point: RunningPoint) => number, attributes: string) =>
    `<path fill="none" ${attributes} d="${line<RunningPoint>(
      (point) => Number(px(x(point.decisions))),
      (point) => Number(px(at(point))),
    )(path)}"/>`;
  const dots = (at: (point: RunningPoint) => number) =>
    points.length > 40
      ? ''
      : points.map((point) => signalMark({ signal: 'none', judged: true }, x(point.decisions), at(point))).join('');
  const bottom = withCusum ? lower.bottom : upper.bottom;
  const axis = x
    .ticks(8)
    .map((tick) => text(x(tick), bottom + 20, String(tick), 'text-anchor="middle"'))
    .join('');
  const last = points.at(-1) ?? from;
  const gap = Math.sign(last.difference) * Math.round(Math.abs(last.difference)); // as its sentence rounds
  const plain =
    y
      .ticks(5)
      .map(
        (tick) =>
          rule(y(tick), tick === 0 ? CENTRE : GRID) + text(LEFT - 8, y(tick) + 5, signed(tick), 'text-anchor="end"'),
      )
      .join('') +
    drawn(({ difference }) => y(difference), 'stroke="#1d70b8" stroke-width="2.5"') +
    dots(({ difference }) => y(difference)) +
    text(LEFT, upper.top - 14, 'More or fewer supported than expected, so far', 'font-size="13"') +
    text(
      RIGHT + 6,
      y(0) + (Math.abs(y(last.difference) - y(0)) < 14 ? (gap > 0 ? 19 : -9) : 5),
      'as expected',
      'font-size="12"',
    ) +
    text(RIGHT + 6, y(last.difference) + 5, `${signed(gap)} so far`, 'font-size="12"');
  return svg(
    {
      id: 'running',
      title,
      description:
        `A line over ${last.decisions} decisions: how many more or fewer were supported than expected for such cases. It ends at ${signed(gap)}.` +
        (withCusum
          ? ' Under it two CUSUMs: one for odds twice as high, drawn upwards, one for odds half as high, drawn downwards; a signal at 4.5.'
          : ''),
      width: WIDTH,
      height,
    },
    plain +
      (withCusum ? cusums(points, lower, drawn) : '') +
      axis +
      text(
        (LEFT + RIGHT) / 2,
        bottom + 42,
        'Decisions, in the order in which they were made',
        'text-anchor="middle" font-size="13"',
      ),
  );
}

const H = 4.5;

function cusums(
  points: readonly RunningPoint[],
  { top, bottom }: { top: number; bottom: number },
  drawn: (at: (point: RunningPoint) => number, attributes: string) => string,
): string {
  const reach = Math.max(H + 0.5, ...points.flatMap(({ up, down }) => [up, down]));
  const y = scaleLinear([-reach, reach], [bottom, top]);
  const marked = (at: number, words: string) =>
    rule(y(at), at === 0 ? CENTRE : 'stroke="#595959" stroke-dasharray="6 4"') +
    text(RIGHT + 6, y(at) + 5, words, 'font-size="12"');
  return (
    marked(H, 'Look (4.5)') +
    marked(0, '') +
    marked(-H, 'Look (4.5)') +
    drawn(({ up }) => y(up), 'stroke="#0b0c0c" stroke-width="2"') +
    drawn(({ down }) => y(-down), 'stroke="#595959" stroke-width="2" stroke-dasharray="2 3"') +
    text(
      LEFT,
      top - 14,
      'For analysts: CUSUM for odds twice as high (upwards, solid) and half as high (downwards, dotted)',
      'font-size="13"',
    )
  );
}

const signed = (value: number): string => (value > 0 ? `+${value}` : value < 0 ? `−${-value}` : '0');
