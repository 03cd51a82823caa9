import type { TailSignal } from './statistics/funnel';

/** Two levels only (consistency.md 1.1): only "Look" starts an action. */
export type Signal = 'Look' | 'Watch' | 'none';

/** Of the exact tails: outside 99.8% is "Look", outside 95% "Watch". */
export const signalOf = (tail: TailSignal): Signal =>
  tail === 'within' ? 'none' : tail.endsWith('3') ? 'Look' : 'Watch';

/** Whether more or less often than expected; nothing within. */
export const directionOf = (tail: TailSignal): 'more' | 'less' | undefined =>
  tail === 'within' ? undefined : tail.startsWith('high') ? 'more' : 'less';
