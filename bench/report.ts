/** The printed tables and the verdict on each goal, from the rates of all rounds. */
import { CASTORE, EMMETT, MESSAGE_DB, OURS, PLAIN } from './contenders';
import type { Overhead } from './eventstoredb';
import { ratiosOf, type Spread, spreadOf } from './measure';

/** Appends a second of one contender, one number a round. */
export interface Measured {
  readonly callers: number;
  readonly contender: string;
  readonly rates: readonly number[];
}

export interface Goal {
  readonly goal: string;
  readonly value: Spread;
  readonly met: boolean;
}

export const whole = (value: number): string => Math.round(value).toLocaleString('en-GB');
export const times = (value: number): string => value.toFixed(2);
/** A table of Markdown; the first `words` columns hold words, the others numbers. */
export const tableOf = (head: readonly string[], rows: readonly (readonly string[])[], words = 1): string =>
  [row(head), row(head.map((_, at) => (at < words ? '---' : '---:'))), ...rows.map(row)].join('\n');

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

function ratesOf(all: readonly Measured[], contender: string, callers: number): readonly number[] {
  return all.find((one) => one.contender === contender && one.callers === callers)!.rates;
}

export function appendTable(all: readonly Measured[]): string {
  const lines = [
    row(['callers', 'contender', 'appends/s, median', 'min–max', 'evenhand ÷ it, median of rounds', 'min–max']),
    row(['---:', '---', '---:', '---:', '---:', '---:']),
  ];
  for (const { callers, contender, rates } of all) {
    const rate = spreadOf(rates);
    const ratio = ratiosOf(ratesOf(all, OURS, callers), rates);
    lines.push(
      row([
        String(callers),
        contender,
        whole(rate.median),
        `${whole(rate.min)}–${whole(rate.max)}`,
        contender === OURS ? '' : times(ratio.median),
        contender === OURS ? '' : `${times(ratio.min)}–${times(ratio.max)}`,
      ]),
    );
  }
  return lines.join('\n');
}

/** Time for one append by the adapter over the bare client's, less one, in percent. */
export const overheadOf = ({ rounds }: Overhead): Spread =>
  spreadOf(rounds.map(({ bare, adapter }) => (bare / adapter - 1) * 100));

export function overheadTable(all: readonly Overhead[]): string {
  const lines = [
    row(['callers', 'bare client, appends/s', 'adapter, appends/s', 'overhead, median of rounds', 'min–max']),
    row(['---:', '---:', '---:', '---:', '---:']),
  ];
  for (const overhead of all) {
    const { median, min, max } = overheadOf(overhead);
    lines.push(
      row([
        String(overhead.callers),
        whole(spreadOf(overhead.rounds.map(({ bare }) => bare)).median),
        whole(spreadOf(overhead.rounds.map(({ adapter }) => adapter)).median),
        `${median.toFixed(1)} %`,
        `${min.toFixed(1)}–${max.toFixed(1)} %`,
      ]),
    );
  }
  return lines.join('\n');
}

export function goalsOf(
  appends: readonly Measured[],
  overheads: readonly Overhead[],
  levels: readonly number[],
): readonly Goal[] {
  const goals: Goal[] = [];
  const against = (contender: string, callers: number, atLeast: number, words: string): void => {
    const value = ratiosOf(ratesOf(appends, OURS, callers), ratesOf(appends, contender, callers));
    goals.push({ goal: words, value, met: atLeast === 1 ? value.median >= 1 : value.median >= atLeast });
  };
  for (const callers of levels) {
    for (const contender of [EMMETT, CASTORE, MESSAGE_DB]) {
      against(contender, callers, 1, `${callers} callers: ahead of ${contender}`);
    }
  }
  against(EMMETT, 32, 3, `32 callers: at least 3 times ${EMMETT}`);
  against(PLAIN, 32, 1, `32 callers: no slower than the ${PLAIN}`);
  for (const overhead of overheads) {
    const value = overheadOf(overhead);
    goals.push({
      goal: `${overhead.callers} callers, on the double: EventStoreDB adapter at most 10 % over its bare client`,
      value,
      met: value.median <= 10,
    });
  }
  return goals;
}

export const goalLines = (goals: readonly Goal[]): string =>
  goals.map(({ goal, value, met }) => `- ${met ? 'met' : 'MISSED'}: ${goal} (${value.median.toFixed(2)})`).join('\n');
