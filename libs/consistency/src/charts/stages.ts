import { scaleLog } from 'd3-scale';
import { WITHHELD } from '../disclosure';
import type { Range } from '../result';
import type { GroupResults } from '../results/stages';
import { times } from '../sentences/frequencies';
import type { Signal } from '../signal';
import { signalLegend, signalMark } from './marks';
import { px, rightOf, svg, text } from './svg';

const TOP = 44;
const ROW = 62;
/** A ratio that rounds to nothing has no place on a log scale. */
const SMALLEST = 0.05;
/** Ticks that do not crowd: on a scale of up to 12 times from end to end, and on longer ones. */
const FINE = [0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10];
const COARSE = [0.05, 0.1, 0.25, 1, 4, 10, 40];
/** What is not shown is said in grey. */
const FAINT = 'fill-opacity="0.7" stroke="#ffffff" stroke-width="4" paint-order="stroke" ';
const END = 'text-anchor="end"';

/** Each group beside everybody else (consistency.md 2f): times as often, on a log scale with 1 marked. */
export function stagesSvg(groups: readonly GroupResults[], title: string): string {
  const left = rightOf(
    groups.map(({ group }) => group),
    270,
  );
  const right = left + 500;
  const rows = groups.map(({ group, ratio, adjusted }) => ({
    group,
    crude: pointOf(ratio),
    adjusted: adjusted && pointOf(adjusted),
    instead: ratio.gate === 'hide' ? 'too few to show' : 'withheld (c)',
  }));
  const ends = rows.flatMap((row) => [row.crude, row.adjusted].flatMap((point) => (point ? [point.lower, point.upper] : []))); // prettier-ignore
  const [least, most] = [Math.max(SMALLEST, Math.min(0.4, ...ends) / 1.1), Math.max(2.5, ...ends) * 1.1];
  const scale = scaleLog([least, most], [left, right]);
  const x = (ratio: number) => scale(Math.max(least, ratio));
  const bottom = TOP + rows.length * ROW;

  const grid = (most / least > 12 ? COARSE : FINE)
    .filter((tick) => tick >= least && tick <= most)
    .map(
      (tick) =>
        `<line x1="${px(x(tick))}" x2="${px(x(tick))}" y1="${TOP}" y2="${bottom}" ${tick === 1 ? 'stroke="#0b0c0c" stroke-width="2"' : 'stroke="#dcdcdc"'}/>` +
        text(x(tick), bottom + 20, tick === 1 ? 'as often' : String(tick), 'text-anchor="middle"'),
    )
    .join('');
  const axis =
    `<line x1="${left}" x2="${right}" y1="${bottom}" y2="${bottom}" stroke="#595959"/>` +
    text(
      left,
      TOP - 16,
      'Times as often as other children, with the likely range; dashed: among children with like needs',
      'font-size="13"',
    );

  const body = rows.map(({ group, crude, adjusted, instead }, i) => {
    const y = TOP + i * ROW + ROW / 2;
    if (!crude) return text(left - 14, y + 5, group, FAINT + END) + text(left + 12, y + 5, instead, FAINT);
    const range = ({ lower, upper }: Point, at: number, dash: string) =>
      `<line x1="${px(x(lower))}" x2="${px(x(upper))}" y1="${at}" y2="${at}" stroke="#0b0c0c" stroke-width="2"${dash}/>`;
    const [above, below] = adjusted ? [y - 11, y + 13] : [y, y];
    return (
      text(left - 14, y + 5, group, END) +
      range(crude, above, '') +
      signalMark({ signal: crude.signal, judged: true }, x(crude.ratio), above) +
      text(right + 14, above + 5, words(crude)) +
      (adjusted
        ? range(adjusted, below, ' stroke-dasharray="5 3"') +
          `<rect x="${px(x(adjusted.ratio) - 4)}" y="${below - 4}" width="8" height="8" fill="#ffffff" stroke="#0b0c0c" stroke-width="1.5"/>` +
          text(right + 14, below + 5, `${words(adjusted)} like needs`, 'font-size="12"')
        : '')
    );
  });
  const described = rows.map(({ group, crude, adjusted, instead }) =>
    crude
      ? `${group} ${words(crude)}${adjusted ? `, among like needs ${words(adjusted)}` : ''}`
      : `${group} ${instead}`,
  );
  return svg(
    {
      id: 'stages',
      title,
      description: `A row for each group: a mark for how many times as often, and a line for the likely range. ${described.join('; ')}.`,
      width: right + 190,
      height: bottom + 64,
    },
    grid + axis + body.join('') + signalLegend(60, bottom + 48, LEGEND),
  );
}

interface Point extends Range {
  readonly ratio: number;
  readonly signal: Signal;
}

const LEGEND = {
  none: 'within what chance does',
  Watch: 'at its edge (Watch)',
  Look: 'clear in two years, or in one by far (Look)',
};

/** Only what the result shows. */
function pointOf({ value, interval, signal }: GroupResults['ratio']): Point | null {
  return typeof value.ratio === 'number' && interval && interval !== WITHHELD && signal !== WITHHELD
    ? { ratio: value.ratio, ...interval, signal }
    : null;
}

const words = ({ ratio, lower, upper }: Point): string => `${times(ratio)} (${times(lower)} to ${times(upper)})`;
