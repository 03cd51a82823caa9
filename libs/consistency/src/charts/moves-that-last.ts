import { scaleLinear } from 'd3-scale';
import { area, curveStepAfter, line } from 'd3-shape';
import type { Curve, CurveStep } from '../results/moves-that-last';
import { px, svg, text } from './svg';

const WIDTH = 860;
const HEIGHT = 500;
const MARGIN = { top: 44, right: 40, bottom: 132, left: 90 };
const BOTTOM = HEIGHT - MARGIN.bottom;

/** The step curve of moves that last (consistency.md 2h), with its range and the numbers followed underneath. */
export function movesThatLastSvg(curve: Curve, title: string): string {
  const { steps, until, followed, byTerm } = curve;
  const x = scaleLinear([0, until], [MARGIN.left, WIDTH - MARGIN.right]);
  const y = scaleLinear([0, 100], [BOTTOM, MARGIN.top]);
  const at = (day: number) => Number(px(x(day)));
  const height = (share: number) => Number(px(y(share)));

  const grid = [0, 20, 40, 60, 80, 100]
    .map(
      (tick) =>
        `<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${px(y(tick))}" y2="${px(y(tick))}" stroke="${tick === 0 ? '#595959' : '#dcdcdc'}"/>` +
        text(MARGIN.left - 8, y(tick) + 5, String(tick), 'text-anchor="end"'),
    )
    .join('');
  const last = steps.at(-1) as CurveStep;
  const drawn: CurveStep[] = [{ day: 0, lasting: 100, range: null }, ...steps, { ...last, day: until }];
  const ranged = drawn.filter(({ range }) => range !== null) as (CurveStep & {
    range: { lower: number; upper: number };
  })[];
  const band = area<(typeof ranged)[number]>()
    .x(({ day }) => at(day))
    .y0(({ range }) => height(range.lower))
    .y1(({ range }) => height(range.upper))
    .curve(curveStepAfter)(ranged);
  const path = line<CurveStep>()
    .x(({ day }) => at(day))
    .y(({ lasting }) => height(lasting))
    .curve(curveStepAfter)(drawn);
  const dots = steps.map(({ day, lasting, range }) => {
    const bar = range
      ? `<line x1="${at(day)}" x2="${at(day)}" y1="${height(range.lower)}" y2="${height(range.upper)}" stroke="#6f777b" stroke-width="6"/>`
      : '';
    return `${bar}<circle cx="${at(day)}" cy="${height(lasting)}" r="5" fill="#1d70b8" stroke="#0b0c0c"/>`;
  });

  const under = followed
    .map(
      ({ day, term, count }) =>
        `<line x1="${at(day)}" x2="${at(day)}" y1="${BOTTOM}" y2="${BOTTOM + 6}" stroke="#595959"/>` +
        text(at(day), BOTTOM + 22, term === 0 ? 'start' : String(term), 'text-anchor="middle"') +
        text(at(day), BOTTOM + 72, String(count), 'text-anchor="middle"'),
    )
    .join('');
  const words =
    text(MARGIN.left, MARGIN.top - 18, 'Still in place, of every 100 moves; grey: likely range', 'font-size="13"') +
    text(
      (MARGIN.left + WIDTH - MARGIN.right) / 2,
      BOTTOM + 42,
      'Terms since the first day on the new roll',
      'text-anchor="middle" font-size="13"',
    ) +
    text(12, BOTTOM + 72, 'Moves still', 'font-size="12"') +
    text(12, BOTTOM + 86, 'followed', 'font-size="12"') +
    text(
      MARGIN.left,
      BOTTOM + 112,
      byTerm
        ? 'Counted where terms end, as far as enough children are among them.'
        : 'The curve stops where fewer than 5 moves are still followed.',
      'font-size="12"',
    );
  const told =
    steps.length > 0 ? `It falls from 100 to ${Math.round(last.lasting)} of every 100` : 'It stays at 100 of every 100';
  return svg(
    {
      id: 'moves-that-last',
      title,
      description:
        `A curve that steps down as moves end. ${told}. ` +
        `Moves still followed: ${followed.map(({ term, count }) => `${count} ${term === 0 ? 'at the start' : `after ${term} terms`}`).join(', ')}.`,
      width: WIDTH,
      height: HEIGHT,
    },
    grid +
      (band && !byTerm ? `<path d="${band}" fill="#dcdcdc" stroke="#b1b4b6"/>` : '') +
      (path ? `<path d="${path}" fill="none" stroke="#1d70b8" stroke-width="2.5"/>` : '') +
      (byTerm ? dots.join('') : '') +
      under +
      words,
  );
}
