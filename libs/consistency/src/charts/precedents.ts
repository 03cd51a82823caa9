import { symbol, symbolCircle, symbolDiamond, symbolSquare, symbolTriangle, type SymbolType } from 'd3-shape';
import { listOf } from '../sentences/frequencies';
import type { Mark } from '../results/precedents';
import { px, rightOf, svg, text } from './svg';

const TOP = 16;
const ROW = 44;
const STEP = 26;
/** Each outcome has a form and a shade of its own; none is better than another. */
const LOOKS: readonly { readonly form: SymbolType; readonly fill: string }[] = [
  { form: symbolCircle, fill: '#1d70b8' },
  { form: symbolSquare, fill: '#ffffff' },
  { form: symbolTriangle, fill: '#b1b4b6' },
  { form: symbolDiamond, fill: '#505a5f' },
];

/** The unit chart of like cases (consistency.md 2e): a row an outcome, one mark a precedent. */
export function precedentsSvg(marks: readonly Mark[], title: string): string {
  const from =
    rightOf(
      marks.map(({ words }) => words),
      234,
    ) + 16;
  const rows = marks.map(({ words, count }, r) => {
    const { form, fill } = LOOKS[r % LOOKS.length] as (typeof LOOKS)[number];
    const y = TOP + r * ROW + ROW / 2;
    const path = (symbol(form, 220)() ?? '').replace(/-?\d+\.\d+/g, (n) => px(Number(n)));
    const units = Array.from(
      { length: count },
      (_, i) =>
        `<path d="${path}" transform="translate(${px(from + i * STEP)},${px(y)})" fill="${fill}" stroke="#0b0c0c" stroke-width="1.5"/>`,
    ).join('');
    return (
      text(from - 24, y + 5, words, 'text-anchor="end"') +
      units +
      text(from + count * STEP, y + 5, String(count), 'font-weight="bold"')
    );
  });
  const total = marks.reduce((sum, { count }) => sum + count, 0);
  const description =
    `A row for each outcome, and one mark for each of the ${total} most similar cases: ` +
    `${listOf(marks.map(({ words, count }) => `${words} ${count}`))}.`;
  const rule = `<line x1="${from - 16}" x2="${from - 16}" y1="${TOP}" y2="${TOP + marks.length * ROW}" stroke="#595959"/>`;
  const footer = text(
    from - 16,
    TOP + marks.length * ROW + 24,
    'Each mark is one past case. Past decisions are not a rule.',
    'font-size="13"',
  );
  return svg(
    { id: 'precedents', title, description, width: from + 560, height: TOP + marks.length * ROW + 40 },
    rule + rows.join('') + footer,
  );
}
