/** Signals of panels that stand beside each other (consistency.md 1.1). */
import { adjustedForMany, listedAmongMany } from '../statistics/false-discovery';
import type { TailSignal } from '../statistics/funnel';

/** Above this many panels the list of Benjamini-Hochberg decides, not the lines. */
const MANY_PANELS = 20;
const FALSE_DISCOVERY_RATE = 0.05;

export interface Judged {
  /** By its own exact tails. */
  readonly tail: TailSignal;
  readonly midP: number;
  /** Above what is expected. */
  readonly isAbove: boolean;
}

/** The signal of each judged panel: its exact tails, or above 20 panels the list of false discovery. */
export function signalsAmong(judged: readonly Judged[]): TailSignal[] {
  if (judged.length <= MANY_PANELS) return judged.map(({ tail }) => tail);
  const listed = new Set(listedAmongMany(adjustedForMany(judged.map(({ midP }) => midP)), FALSE_DISCOVERY_RATE));
  return judged.map(({ tail, isAbove }, i) => {
    if (listed.has(i)) return isAbove ? 'high3' : 'low3';
    return tail === 'within' ? tail : isAbove ? 'high2' : 'low2';
  });
}
