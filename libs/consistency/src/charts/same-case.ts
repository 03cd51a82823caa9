import type { Grid } from '../results/same-case';
import { px, svg, text } from './svg';

const WIDTH = 960;
const MARGIN = { top: 76, left: 210 };
const ROW = 26;
const CELL = 40;

/**
 * What every panel decided on every case summary, the most divided first, and beside it where the disagreement comes from
 * (consistency.md 2c). Panels are columns without a name, but for the reader's own; it draws only what the results show.
 */
export function sameCaseSvg({ rows, own, parts }: Grid, title: string): string {
  const columns = rows[0]?.votes.length ?? 0;
  const cell = Math.min(CELL, (WIDTH - MARGIN.left - 430) / Math.max(1, columns));
  const bottom = MARGIN.top + ROW * rows.length;
  const height = Math.max(bottom + 70, 330);
  const x = (column: number) => MARGIN.left + cell * (column + 0.5);
  const right = MARGIN.left + cell * columns;
  const ownColumn = own
    ? `<rect x="${px(x(own.column) - cell / 2)}" y="${MARGIN.top - 4}" width="${px(cell)}" height="${bottom - MARGIN.top + 8}" fill="#f3f2f1" stroke="#0b0c0c" stroke-width="1.5"/>` +
      text(x(own.column), MARGIN.top - 12, own.panel, 'text-anchor="middle" font-size="12"')
    : '';
  const body = rows
    .map(({ summary, supported, of, votes }, r) => {
      const y = MARGIN.top + ROW * (r + 0.5);
      return (
        text(MARGIN.left - 14, y + 5, summary, 'text-anchor="end" font-size="13"') +
        votes.map((vote, c) => mark(vote, x(c), y)).join('') +
        text(right + 14, y + 5, `${supported} of ${of}`, 'font-size="13"')
      );
    })
    .join('');
  const heads =
    text(MARGIN.left - 14, MARGIN.top - 34, 'Case summary', 'text-anchor="end" font-size="13"') +
    text(
      MARGIN.left,
      MARGIN.top - 34,
      own ? 'One column a panel; yours is named' : 'One column a panel',
      'font-size="13"',
    ) +
    text(right + 14, MARGIN.top - 12, 'supported', 'font-size="12"');
  const legend =
    mark(true, MARGIN.left + 8, height - 20) +
    text(MARGIN.left + 22, height - 15, 'supported', 'font-size="12"') +
    mark(false, MARGIN.left + 118, height - 20) +
    text(MARGIN.left + 132, height - 15, 'not supported', 'font-size="12"') +
    (rows.some(({ votes }) => votes.includes(null))
      ? mark(null, MARGIN.left + 248, height - 20) +
        text(MARGIN.left + 262, height - 15, 'took no part', 'font-size="12"')
      : '');
  const divided = rows.filter(({ supported, of }) => supported > 0 && supported < of).length;
  return svg(
    {
      id: 'same-case',
      title,
      description:
        `A row for each of ${rows.length} case summaries and a column for each of ${columns} panels, with a filled square where the move was supported and an open circle where it was not. ` +
        `Panels differed on ${divided} of them.` +
        (parts
          ? ` Of the disagreement, ${Math.round(parts.level)} per cent comes from some panels supporting more overall and ${100 - Math.round(parts.level)} per cent from reading particular cases differently.`
          : ''),
      width: WIDTH,
      height,
    },
    ownColumn + heads + body + (parts ? barOf(parts, right + 130) : '') + legend,
  );
}

/** Filled square, open circle, dash: they differ in shape as well as in colour. */
function mark(vote: boolean | null, x: number, y: number): string {
  if (vote === null)
    return `<line x1="${px(x - 5)}" x2="${px(x + 5)}" y1="${px(y)}" y2="${px(y)}" stroke="#595959" stroke-width="1.5"/>`;
  return vote
    ? `<rect x="${px(x - 7)}" y="${px(y - 7)}" width="14" height="14" fill="#1d70b8" stroke="#0b0c0c"/>`
    : `<circle cx="${px(x)}" cy="${px(y)}" r="7" fill="#ffffff" stroke="#0b0c0c" stroke-width="1.5"/>`;
}

/** One bar from 0 to 100: level above, pattern below. */
function barOf(parts: NonNullable<Grid['parts']>, x: number): string {
  const level = Math.round(parts.level);
  const tall = 220;
  const cut = MARGIN.top + (tall * level) / 100;
  const part = (from: number, to: number, fill: string) =>
    `<rect x="${px(x)}" y="${px(from)}" width="46" height="${px(to - from)}" fill="${fill}" stroke="#0b0c0c"/>`;
  const said = (y: number, share: number, words: readonly string[]) =>
    text(x + 58, y, `${share}%`, 'font-size="14" font-weight="bold"') +
    words.map((line, i) => text(x + 58, y + 18 * (i + 1), line, 'font-size="13"')).join('');
  // Each is written where its part begins or ends, so that a thin part's words do not cover the other's.
  return (
    text(x, MARGIN.top - 34, 'Where the disagreement comes from', 'font-size="13"') +
    part(MARGIN.top, cut, '#b1b4b6') +
    part(cut, MARGIN.top + tall, '#1d70b8') +
    said(MARGIN.top + 12, level, ['some panels supporting more', 'than others overall (level)']) +
    said(MARGIN.top + tall - 40, 100 - level, ['panels reading particular cases', 'differently (pattern)'])
  );
}
