import { scaleLinear } from 'd3-scale';
import { WITHHELD } from '../disclosure';
import type { BetweenSchools, SchoolResults } from '../results/between-schools';
import { times } from '../sentences/frequencies';
import { signalLegend, signalMark } from './marks';
import { px, rightOf, svg, text } from './svg';

const TOP = 76;
const ROW = 52;

/** Moves in and out for every 1,000 pupils, school by school in the order of names (consistency.md 2g). */
export function betweenSchoolsSvg({ schools, finding }: BetweenSchools): string {
  const left = rightOf(
    schools.map(({ school }) => school),
    190,
  );
  const right = left + 520;
  const rates = schools.flatMap(({ taken, sent }) => [taken.value.per1000, sent.value.per1000]);
  const largest = Math.max(1, ...rates.filter((rate) => typeof rate === 'number'));
  const x = scaleLinear([0, largest], [left, right]).nice(6);
  const bottom = TOP + schools.length * ROW;
  const grid = x
    .ticks(6)
    .map(
      (tick) =>
        `<line x1="${px(x(tick))}" x2="${px(x(tick))}" y1="${TOP}" y2="${bottom}" stroke="${tick === 0 ? '#595959' : '#dcdcdc'}"/>` +
        text(x(tick), bottom + 20, String(tick), 'text-anchor="middle"'),
    )
    .join('');
  const bar = (rate: Rate, y: number, fill: string) =>
    typeof rate === 'number'
      ? `<rect x="${left}" y="${y}" width="${px(x(rate) - left)}" height="16" fill="${fill}" stroke="#0b0c0c"/>` +
        text(x(rate) + 6, y + 13, times(rate), HALO)
      : text(left + 6, y + 13, absent(rate), 'font-size="13" fill-opacity="0.7"');
  const rows = schools.map((own, i) => {
    const y = TOP + i * ROW;
    const share = shareOf(own.taken);
    return (
      text(left - 12, y + 31, own.school, 'text-anchor="end"') +
      bar(own.taken.value.per1000, y + 8, TAKEN) +
      bar(own.sent.value.per1000, y + 26, SENT) +
      (share
        ? signalMark({ signal: share.signal, judged: true }, right + 62, y + 25) + text(right + 80, y + 30, share.words)
        : '')
    );
  });
  const key = (at: number, fill: string, words: string) =>
    `<rect x="${at}" y="${TOP - 60}" width="26" height="16" fill="${fill}" stroke="#0b0c0c"/>` +
    text(at + 34, TOP - 47, words, 'font-size="13"');
  const told = schools.map(({ school, taken, sent }) => {
    const said = (rate: Rate) => (typeof rate === 'number' ? times(rate) : absent(rate));
    return `${school} ${said(taken.value.per1000)} in, ${said(sent.value.per1000)} out`;
  });
  return svg(
    {
      id: 'between-schools',
      title: finding,
      description: `Two bars for each of ${schools.length} schools, by name: moves in and moves out for every 1,000 pupils. ${told.join('; ')}.`,
      width: right + 250,
      height: bottom + 56,
    },
    grid +
      rows.join('') +
      key(left, TAKEN, 'moves in') +
      key(left + 120, SENT, 'moves out') +
      text(left, TOP - 14, 'For every 1,000 pupils', 'font-size="13"') +
      text(right + 52, TOP - 47, 'Times its share of moves in', 'font-size="13"') +
      text(right + 52, TOP - 30, '(likely range)', 'font-size="12"') +
      signalLegend(60, bottom + 42, LEGEND),
  );
}

type Rate = SchoolResults['sent']['value']['per1000'];

const TAKEN = '#1d70b8';
const SENT = '#ffffff';
/** Legible on a grid line. */
const HALO = 'font-size="13" stroke="#ffffff" stroke-width="4" paint-order="stroke"';
const LEGEND = { none: 'within what chance does', Watch: 'at its edge (Watch)', Look: 'beyond it (Look)' };

const absent = (rate: Rate): string => (rate === WITHHELD ? 'withheld (c)' : 'too few to show');

/** Only what the result shows. */
function shareOf({ value, interval, signal }: SchoolResults['taken']) {
  return typeof value.ratio === 'number' && interval && interval !== WITHHELD && signal !== WITHHELD
    ? { signal, words: `${times(value.ratio)} (${times(interval.lower)} to ${times(interval.upper)})` }
    : null;
}
