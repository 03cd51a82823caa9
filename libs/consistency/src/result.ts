import { type Disclosed, type Unit, WITHHELD, type Withheld } from './disclosure';
import { gate, type GateCode, type GateInput, permits } from './gates';
import { say, type Sentence, type Template } from './sentences';
import type { Signal } from './signal';

export interface Range {
  readonly lower: number;
  readonly upper: number;
}

/** A figure before it is released: it never leaves the library. */
export interface Figure<F extends keyof GateInput, Value> {
  /** What its gate asks. */
  readonly gate: F;
  readonly counts: GateInput[F];
  /** From disclosure control. */
  readonly value: Disclosed<Value>;
  /** Where the gate allows a range; null where the data give none. */
  readonly interval: () => Range | null;
  /** What the range is of: shares unless it says otherwise. */
  readonly unit?: Unit;
  readonly signal: Signal;
  /** How it reads; under the gate, how that reads. */
  readonly sentence: Template;
  readonly tooFew: Template;
  readonly methodVersion: string;
}

/**
 * What page, chart, table, CSV and snapshot all use (consistency.md 4.3). It can only be made by `Result.of`, which asks the
 * gate function, takes a value only from disclosure control and words only from the templates.
 */
export class Result<F extends keyof GateInput, Value> {
  /** Makes the type nominal: an object of the same form is none. */
  declare protected readonly released: true;

  private constructor(
    readonly value: Value,
    /** Of shares in per cent; null where the gate allows no range. */
    readonly interval: Range | Withheld | null,
    readonly gate: GateCode[F],
    readonly signal: Signal | Withheld,
    readonly sentence: Sentence | Withheld,
    readonly methodVersion: string,
  ) {}

  static of<F extends keyof GateInput, Value>(figure: Figure<F, Value>): Result<F, Value> {
    const code = gate(figure.gate, figure.counts);
    const { value, isOpen, tier } = figure.value;
    const made = (
      interval: Result<F, Value>['interval'],
      signal: Signal | Withheld,
      sentence: Sentence | Withheld,
    ): Result<F, Value> => new Result<F, Value>(value, interval, code, signal, sentence, figure.methodVersion);

    if (permits(code) === 'nothing') return made(null, 'none', say(figure.tooFew, tier));
    if (!isOpen) return made(WITHHELD, WITHHELD, WITHHELD);
    if (permits(code) === 'figure') return made(null, 'none', say(figure.sentence, tier));
    const range = figure.interval();
    const rounded = (end: number) => figure.value.rounded(end, figure.unit ?? 'share');
    return made(
      range && { lower: rounded(range.lower), upper: rounded(range.upper) },
      permits(code) === 'signal' ? figure.signal : 'none',
      say(figure.sentence, tier),
    );
  }
}
