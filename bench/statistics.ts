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

const FULL: Plan = { measuredMs: 3_500, leastRounds: 9, mostRounds: 60, warmUpMs: 400, shrunk: 1 };
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

const PAGES = ['area', 'precedents', 'national'] as const;

const budgetOf = (page: Page): number =>
  page === 'overnight' ? NIGHT_MS : WHOLE_PAGE_MS - DATABASE_MS[page] - REST_MS;

/** Twice the size may take this much longer than is said: n log n, and what no longer fits the processor's cache. */
const LEEWAY = 1.4;

interface Found {
  readonly task: Task;
  readonly size: number;
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
    const grows = task.doubling !== null;
    const size = grows ? Math.ceil(task.size / plan.shrunk) : task.size;
    const sizes = grows ? [size, Math.ceil(size / 4)] : [size];
    const [all, quarter] = await measure(
      sizes.map((one) => task.prepare(randomFrom(options.seed), one)),
      plan,
      run,
    );
    const doubling = quarter ? Math.sqrt(Math.min(...all!.processor) / Math.min(...quarter.processor)) : null;
    found.push({ task, size, ...all!, doubling });
    const median = milliseconds(spreadOf(all!.elapsed).median);
    run.say(`${task.section} ${task.family}, ${task.work} (${whole(size)} ${task.of}): ${median} ms`);
  }
  const database = PAGES.map((page) => `${DATABASE_MS[page]} (${page})`).join(', ');
  const left = PAGES.map((page) => `${budgetOf(page)} (${page})`).join(', ');
  run.report('Statistics benchmark', undefined, {
    lines: [
      `A page may take ${WHOLE_PAGE_MS} ms, of which the database has ${database}; with ${REST_MS} for session, names, pictures, template and`,
      `sending, ${left} are left for the statistics. A baseline has an hour of the night.`,
      `One thread, inputs from the seed; ${plan.leastRounds} to ${plan.mostRounds} rounds of at least ${LEAST_ROUND_MS} ms after ${plan.warmUpMs} ms of warm-up. Processor time leaves out`,
      'what others do on the machine. "Twice the size" is how many times as long that takes, by the least processor time of a quarter',
      'of the size and of all of it, and in brackets what the docstring says.',
      '',
      tableOf(HEAD, found.map(rowOf), 4),
    ],
    goals: goalsOf(found),
    numbers: {
      plan,
      found: found.map(({ task: { prepare: _, ...task }, ...rest }) => ({
        ...task,
        budget: budgetOf(task.page),
        ...rest,
      })),
    },
  });
}

const HEAD = [
  '',
  'family',
  'work',
  'page',
  'size',
  'median ms',
  'p95 ms',
  'processor ms, p95',
  'budget ms',
  'within',
  'twice the size',
];

function rowOf({ task, size, elapsed, processor, doubling }: Found): string[] {
  const budget = budgetOf(task.page);
  const [p95, processorP95] = [quantile(elapsed, 0.95), quantile(processor, 0.95)];
  return [
    task.section,
    task.family,
    task.work,
    task.page,
    `${whole(size)} ${task.of}`,
    milliseconds(spreadOf(elapsed).median),
    milliseconds(p95),
    milliseconds(processorP95),
    whole(budget),
    p95 <= budget ? 'yes' : processorP95 <= budget ? 'no, by processor time yes' : 'NO',
    doubling === null ? '' : `× ${times(doubling)} (${task.doubling})`,
  ];
}

const milliseconds = (value: number): string => (value < 10 ? value.toFixed(2) : whole(value));

/** Each page's slowest family, and the question whose families take longest together; and what outgrows its docstring. */
function goalsOf(found: readonly Found[]): Goal[] {
  const goal = (words: string, value: number, most: number): Goal => ({
    goal: words,
    value: spreadOf([value]),
    met: value <= most,
  });
  const pages = [...PAGES, 'overnight' as const].flatMap((page) => {
    const here = found.filter(({ task }) => task.page === page);
    const together = new Map<string, number>();
    for (const { task, processor } of here)
      together.set(task.section, (together.get(task.section) ?? 0) + spreadOf(processor).median);
    const within = `within ${whole(budgetOf(page))} ms`;
    return [
      goal(
        `${page}: each family's p95 ${within}`,
        Math.max(...here.map((one) => quantile(one.elapsed, 0.95))),
        budgetOf(page),
      ),
      goal(
        `${page}: each family's p95 of processor time ${within}`,
        Math.max(...here.map((one) => quantile(one.processor, 0.95))),
        budgetOf(page),
      ),
      goal(
        `${page}: all families of one question together, median processor time, ${within}`,
        Math.max(...together.values()),
        budgetOf(page),
      ),
    ];
  });
  const excess = found.map(({ task, doubling }) => (doubling === null ? 0 : doubling / (task.doubling as number)));
  const words = `twice the size takes at most ${LEEWAY} times as long as the docstring says`;
  return [...pages, goal(words, Math.max(...excess), LEEWAY)];
}

type Rounds = Pick<Found, 'elapsed' | 'processor'>;

/** Milliseconds a call of each, in turn, so that what else happens meets all of them. */
async function measure(works: readonly (() => unknown)[], plan: Plan, run: Run): Promise<Rounds[]> {
  const measured = works.map((once) => {
    once();
    for (const end = performance.now() + plan.warmUpMs; performance.now() < end;) once();
    const from = performance.now();
    once();
    const calls = Math.max(1, Math.ceil(LEAST_ROUND_MS / Math.max(1e-3, performance.now() - from)));
    return { once, calls, elapsed: [] as number[], processor: [] as number[] };
  });
  const end = performance.now() + plan.measuredMs;
  for (let round = 0; round < plan.leastRounds || (round < plan.mostRounds && performance.now() < end); round++) {
    // A signal to stop is heard between rounds only.
    await pause();
    run.goOn();
    for (const { once, calls, elapsed, processor } of measured) {
      const [started, used] = [performance.now(), process.cpuUsage()];
      for (let call = 0; call < calls; call++) once();
      elapsed.push((performance.now() - started) / calls);
      const { user, system } = process.cpuUsage(used);
      processor.push((user + system) / 1_000 / calls);
    }
  }
  return measured;
}
