/** `npm run -s bench -- false-signals`: how often panels that all decide alike are signalled (consistency.md 1.1, 2b). */
import { writeFileSync } from 'node:fs';
import {
  adjustedFalseSignals,
  cusumRunLengths,
  funnelFalseSignals,
  pChartFalseSignals,
} from '../libs/consistency/src/testing/false-signals';
import { randomFrom } from './random';
import { tableOf, whole } from './report';
import type { Options } from './run';

const SETS = 1000;
const QUICK_SETS = 50;

export async function benchFalseSignals({ jsonFile, quick, seed }: Options): Promise<void> {
  const sets = quick ? QUICK_SETS : SETS;
  const random = randomFrom(seed);
  const rates = [
    ...funnelFalseSignals(random, sets),
    adjustedFalseSignals(random, sets),
    ...pChartFalseSignals(random, sets),
  ];
  const runLengths = cusumRunLengths(random, sets);
  const perCent = (share: number | null) => (share === null ? '' : `${(100 * share).toFixed(1)}%`);
  process.stdout.write(
    [
      `False signals in ${whole(sets)} sets of 12 panels that decide alike, seed ${seed}: the share of sets with at least one`,
      '',
      tableOf(
        ['method', 'Look', 'Look in theory', 'Watch or Look', 'Watch or Look in theory'],
        rates.map((rate) => [
          rate.method,
          ...[rate.look, rate.lookInTheory, rate.watch, rate.watchInTheory].map(perCent),
        ]),
      ),
      '',
      tableOf(
        ['method', 'decisions to a false alarm, mean'],
        runLengths.map(({ method, mean }) => [method, whole(mean)]),
      ),
      '',
    ].join('\n'),
  );
  if (jsonFile !== undefined)
    writeFileSync(jsonFile, `${JSON.stringify({ seed, sets, rates, runLengths }, undefined, 2)}\n`);
}
