import type { GateCode } from './gates';
import type { Withheld } from './disclosure';

/** Two levels only (consistency.md 1.1): only "Look" starts an action. */
export type Signal = 'Look' | 'Watch' | 'none';

/** What page, chart, table, CSV and snapshot all use (consistency.md 4.3). */
export interface Result<Value, G extends GateCode[keyof GateCode]> {
  readonly value: Value;
  /** Per cent; nothing where the gate allows no interval. */
  readonly interval: { readonly lower: number; readonly upper: number } | Withheld | null;
  readonly gate: G;
  readonly signal: Signal | Withheld;
  readonly sentence: string;
  readonly methodVersion: string;
}
