/** `npm run -s bench -- statistics`: every family of statistics at the sizes of consistency.md 5.3, beside its budget. */
import { setImmediate as pause } from 'node:timers/promises';
import { type Page, type Task, TASKS } from '../libs/consistency/src/testing/speed';
import { quantile, spreadOf } from './measure';
import { randomFrom } from './random';
import { type Goal, tableOf, times, whole } from './report';
import { type Options, Run } from './run';

interface Plan {
  /** As many rounds as fit the time, but so many at least and at most. */
  readonly measuredMs: number;
  readonly leastRounds: number;
  readonly mostRounds: number;
  readonly warmUpMs: number;
  /** Sizes are divided by this. */
  readonly shrunk: number;
}

const FULL: Plan = { measuredMs: 2_500, leastRounds: 7, mostRounds: 60, warmUpMs: 400, shrunk: 1 };
const QUICK: Plan = { measuredMs: 20, leastRounds: 1, mostRounds: 2, warmUpMs: 0, shrunk: 20 };
/** A round is at least so long: what is shorter is done several times in it. */
const LEAST_ROUND_MS = 2;

/** What a whole page may take, and the database's part of it (consistency.md 5.3). */
const WHOLE_PAGE_MS = 400;
const DATABASE_MS = { area: 50, precedents: 75, national: 250 } as const;
/** For the rest of a page: session, names, pictures (less than 1 ms each), template and sending. */
const REST_MS = 50;
/** Of the night, for the baseline. */
const NIGHT_MS = 60 * 60 * 1_000;

const budgetOf = (page: Page): number =>
  page === 'overnight' ? NIGHT_MS : WHOLE_PAGE_MS - DATABASE_MS[page] - REST_MS;

/** Twice the size may take this much longer than is said: n log n, and what no longer fits the processor's cache. */
const LEEWAY = 1.4;

interface Found {
  readonly task: Task;
  /** Milliseconds a call, one number a round: on the clock, and of the processor. */
  readonly elapsed: readonly number[];
  readonly processor: readonly number[];
  /** How many times as long twice the size took, of the processor's time; null where it is not measured. */
  readonly doubling: number | null;
}

/** @throws Interrupted */
export async function benchStatistics(options: Options): Promise<void> {
  const run = new Run(options);
  const plan = options.quick ? QUICK : FULL;
  const found: Found[] = [];
  for (const task of TASKS) {
    const measured = async (size: number) => measure(task.prepare(randomFrom(options.seed), size), plan, run);
    const size = task.doubling === null ? task.size : Math.ceil(task.size / plan.shrunk);
    const quarter = task.doubling === null ? null : await measured(Math.ceil(size / 4));
    const all = await measured(size);
    const doubling = quarter && Math.sqrt(Math.min(...all.processor) / Math.min(...quarter.processor));
    found.push({ task, ...all, doubling });
    run.say(`${task.section} ${task.family}, ${task.work} (${whole(size)} ${task.of}): ${spreadOf(all.elapsed).median.toFixed(2)} ms`); // prettier-ignore
  }
  run.report('Statistics benchmark', undefined, {
    lines: [
      `A page may take ${WHOLE_PAGE_MS} ms, of which the database has ${Object.entries(DATABASE_MS).map(([page, ms]) => `${ms} (${page})`).join(', ')}; ` + // prettier-ignore
        `with ${REST_MS} ms for session, names, pictures, template and sending, the statistics may take ` +
        `${(['area', 'precedents', 'national'] as const).map((page) => `${budgetOf(page)} ms (${page})`).join(', ')}; a baseline has an hour of the night.`, // prettier-ignore
      `One thread; ${plan.leastRounds} to ${plan.mostRounds} rounds of at least ${LEAST_ROUND_MS} ms after ${plan.warmUpMs} ms of warm-up; inputs from the seed. "Twice the size" is how`, // prettier-ignore
      'many times as long it takes, between a quarter of the size and all of it by the least processor time, and what is said of it.',
      '',
      tableOf(
        ['', 'family', 'work', 'page', 'size', 'median ms', 'p95 ms', 'processor ms, median', 'budget ms', 'within', 'twice the size'], // prettier-ignore
        found.map(({ task, elapsed, processor, doubling }) => [
          task.section,
          task.family,
          task.work,
          task.page,
          `${whole(Math.ceil(task.size / (task.doubling === null ? 1 : plan.shrunk)))} ${task.of}`,
          milliseconds(spreadOf(elapsed).median),
          milliseconds(quantile(elapsed, 0.95)),
          milliseconds(spreadOf(processor).median),
          whole(budgetOf(task.page)),
          quantile(elapsed, 0.95) <= budgetOf(task.page) ? 'yes' : 'NO',
          doubling === null ? '' : `× ${times(doubling)} (× ${task.doubling})`,
        ]),
        4,
      ),
    ],
    goals: goalsOf(found),
    numbers: {
      plan,
      found: found.map(({ task: { prepare: _, ...task }, ...rest }) => ({ ...task, budget: budgetOf(task.page), ...rest })), // prettier-ignore
    },
  });
}

const milliseconds = (value: number): string => (value < 10 ? value.toFixed(2) : whole(value));

/** The slowest of each page, and what grows faster than its docstring says. */
function goalsOf(found: readonly Found[]): Goal[] {
  const pages = (['area', 'precedents', 'national', 'overnight'] as const).map((page): Goal => {
    const slowest = found
      .filter(({ task }) => task.page === page)
      .map(({ elapsed }) => quantile(elapsed, 0.95))
      .reduce((a, b) => Math.max(a, b));
    return {
      goal: `${page}: the slowest family's p95 within ${whole(budgetOf(page))} ms`,
      value: spreadOf([slowest]),
      met: slowest <= budgetOf(page),
    };
  });
  const excess = found.flatMap(({ task, doubling }) => (doubling === null ? [] : [doubling / (task.doubling as number)])); // prettier-ignore
  const most = Math.max(...excess);
  return [
    ...pages,
    {
      goal: `twice the size takes at most ${LEEWAY} times as long as is said of it`,
      value: spreadOf([most]),
      met: most <= LEEWAY,
    },
  ];
}

/** Milliseconds a call. */
async function measure(once: () => unknown, plan: Plan, run: Run): Promise<Pick<Found, 'elapsed' | 'processor'>> {
  const first = performance.now();
  once();
  for (const end = first + plan.warmUpMs; performance.now() < end;) once();
  const from = performance.now();
  once();
  const calls = Math.max(1, Math.ceil(LEAST_ROUND_MS / Math.max(1e-3, performance.now() - from)));
  const elapsed: number[] = [];
  const processor: number[] = [];
  const end = performance.now() + plan.measuredMs;
  while (elapsed.length < plan.leastRounds || (elapsed.length < plan.mostRounds && performance.now() < end)) {
    // A signal to stop is heard between rounds only.
    await pause();
    run.goOn();
    const [started, used] = [performance.now(), process.cpuUsage()];
    for (let call = 0; call < calls; call++) once();
    elapsed.push((performance.now() - started) / calls);
    const { user, system } = process.cpuUsage(used);
    processor.push((user + system) / 1_000 / calls);
  }
  return { elapsed, processor };
}
