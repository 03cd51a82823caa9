import { symbol, symbolCircle, symbolDiamond, symbolTriangle } from 'd3-shape';
import type { Signal } from '../signal';
import { px, text } from './svg';

/** Shape and colour both say the signal; the neutral colour, never red or green (consistency.md 0). */
const MARKS: Record<Signal, { shape: typeof symbolCircle; size: number; fill: string; name: string }> = {
  none: { shape: symbolCircle, size: 70, fill: '#ffffff', name: 'within the lines' },
  Watch: { shape: symbolTriangle, size: 110, fill: '#b1b4b6', name: 'outside the inner lines (Watch)' },
  Look: { shape: symbolDiamond, size: 140, fill: '#1d70b8', name: 'outside the outer lines (Look)' },
};

/** A panel's mark, dashed where it has too few decisions to be judged. */
export function signalMark(
  { signal, judged }: { readonly signal: Signal; readonly judged: boolean },
  x: number,
  y: number,
): string {
  const mark = MARKS[judged ? signal : 'none'];
  const shape = (symbol(mark.shape, mark.size)() ?? '').replace(/-?\d+\.\d+/g, (n) => px(Number(n)));
  return (
    `<path d="${shape}" transform="translate(${px(x)},${px(y)})" fill="${mark.fill}" stroke="#0b0c0c" stroke-width="1.5"` +
    `${judged ? '' : ' stroke-dasharray="2 2"'}/>`
  );
}

/** Where there are no inner lines to point at. */
export const BY_CHANCE = { none: 'within what chance does', Watch: 'at its edge (Watch)', Look: 'beyond it (Look)' };

/** What the marks mean, in a row. */
export const signalLegend = (x: number, y: number, names: Partial<Record<Signal, string>> = {}): string =>
  (Object.keys(MARKS) as Signal[])
    .map((signal, i) => {
      const at = x + i * 250;
      return (
        signalMark({ signal, judged: true }, at + 8, y) +
        text(at + 22, y + 5, names[signal] ?? MARKS[signal].name, 'font-size="12"')
      );
    })
    .join('');
