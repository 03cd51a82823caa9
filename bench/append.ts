/** The append benchmark: sets up server and peers, runs the rounds, prints tables and goals. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { type Contender, CONTENDERS } from './contenders';
import { EVENTS_A_STREAM, eventsOf, sizesOf } from './event';
import { measureOverhead } from './eventstoredb';
import { appendsPerSecond, Interrupted, rotated, type Slice } from './measure';
import { installPeers, root } from './peers';
import { appendTable, goalLines, goalsOf, type Measured, overheadTable } from './report';
import { startScratchServer } from './scratch-server';

const LEVELS = [1, 8, 32] as const;
const SERVER_SETTINGS = [
  'server_version',
  'fsync',
  'synchronous_commit',
  'full_page_writes',
  'data_checksums',
  'shared_buffers',
  'max_wal_size',
];

interface Plan {
  readonly rounds: number;
  readonly warmUpMs: number;
  readonly measuredMs: number;
  readonly overheadRounds: number;
  readonly overheadMs: number;
}

const FULL: Plan = { rounds: 20, warmUpMs: 150, measuredMs: 500, overheadRounds: 20, overheadMs: 500 };
const QUICK: Plan = { rounds: 1, warmUpMs: 100, measuredMs: 300, overheadRounds: 1, overheadMs: 200 };

export interface Options {
  readonly jsonFile: string | undefined;
  readonly quick: boolean;
  readonly seed: number;
  readonly signal: AbortSignal;
}

/** @throws Interrupted after everything was stopped and removed */
export async function benchAppend({ jsonFile, quick, seed, signal }: Options): Promise<void> {
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const goOn = (): void => {
    if (signal.aborted) throw new Interrupted();
  };
  const plan = quick ? QUICK : FULL;
  const started = new Date().toISOString();
  const commit = commitOfCheckout();
  const make = eventsOf(seed);
  await installPeers(say, signal);
  goOn();

  say('Starting a Postgres of its own …');
  const server = await startScratchServer();
  const contenders: Contender[] = [];
  const measured: Measured[] = [];
  let settings: Record<string, string>;
  try {
    settings = await server.settings(SERVER_SETTINGS);
    for (const open of CONTENDERS) {
      goOn();
      contenders.push(await open(server));
    }
    const tally = new Map<string, number>();
    for (const callers of LEVELS) {
      const rates = await appendRounds(contenders, tally, callers, plan, make, signal, say);
      measured.push(...contenders.map(({ name }) => ({ callers, contender: name, rates: rates.get(name)! })));
    }
    for (const contender of contenders) {
      const stored = await contender.count();
      const answered = tally.get(contender.name) ?? 0;
      if (stored !== answered) throw new Error(`${contender.name} answered ${answered} appends and stored ${stored}.`);
    }
  } finally {
    await Promise.allSettled(contenders.map((contender) => contender.close()));
    await server.remove();
  }

  const slices: Slice[] = LEVELS.map((callers) => ({
    callers,
    warmUpMs: plan.warmUpMs,
    measuredMs: plan.overheadMs,
  }));
  const overheads = await measureOverhead({ make, rounds: plan.overheadRounds, slices, signal, say });
  const goals = goalsOf(measured, overheads, LEVELS);
  const size = sizesOf(eventsOf(seed));
  const run = {
    started,
    commit,
    seed,
    quick,
    node: process.version,
    processors: availableParallelism(),
    processor: cpus()[0]?.model ?? 'unknown',
    load: loadavg()[0],
    event: { ...size, eventsAStream: EVENTS_A_STREAM },
    plan,
    postgres: settings,
    contenders: contenders.map(({ name, how }) => ({ name, how })),
    eventStoreDbClient: versionInRoot('@eventstore/db-client'),
    pg: versionInRoot('pg'),
  };
  process.stdout.write(
    [
      `Append benchmark, ${started}, commit ${commit}, seed ${seed}${quick ? ' (quick: a smoke run, no measurement)' : ''}`,
      `Node ${run.node}, pg ${run.pg}, ${run.processors} processors (${run.processor}), load of the last minute ${run.load?.toFixed(1)}`,
      `Postgres ${Object.entries(settings)
        .map(([name, value]) => (name === 'server_version' ? value : `${name}=${value}`))
        .join(', ')}`,
      `One event an append, ${size.data} characters of data and ${size.metadata} of metadata, ${EVENTS_A_STREAM} events a stream; ` +
        `${plan.rounds} rounds of ${plan.measuredMs} ms after ${plan.warmUpMs} ms of warm-up, in rotating order.`,
      ...run.contenders.map(({ name, how }) => `- ${name}: ${how}`),
      '',
      appendTable(measured),
      '',
      `EventStoreDB adapter over the bare client (@eventstore/db-client ${run.eventStoreDbClient}), on the double: a scripted server`,
      `in a thread of its own, without a disk. ${plan.overheadRounds} rounds of ${plan.overheadMs} ms each, alternating.`,
      '',
      overheadTable(overheads),
      '',
      'Goals (architecture 6):',
      goalLines(goals),
      '',
    ].join('\n'),
  );
  if (jsonFile !== undefined) {
    writeFileSync(jsonFile, `${JSON.stringify({ ...run, appends: measured, overheads, goals }, undefined, 2)}\n`);
    say(`All numbers are in ${jsonFile}.`);
  }
}

/** Rates by contender, one a round; counts every append that was answered into the tally. */
async function appendRounds(
  contenders: readonly Contender[],
  tally: Map<string, number>,
  callers: number,
  plan: Plan,
  make: ReturnType<typeof eventsOf>,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<Map<string, number[]>> {
  const rates = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < plan.rounds; round++) {
    for (const { name, append } of rotated(contenders, round)) {
      const slice: Slice = { callers, warmUpMs: plan.warmUpMs, measuredMs: plan.measuredMs };
      const tallied: typeof append = async (...one) => {
        await append(...one);
        tally.set(name, (tally.get(name) ?? 0) + 1);
      };
      rates.get(name)!.push(await appendsPerSecond(tallied, make, slice, signal));
    }
    const line = contenders.map(({ name }) => `${name} ${Math.round(rates.get(name)!.at(-1)!)}/s`).join(', ');
    say(`${callers} callers, round ${round + 1} of ${plan.rounds}: ${line}`);
  }
  return rates;
}

function versionInRoot(name: string): string {
  const file = join(root, 'node_modules', ...name.split('/'), 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/** With a plus sign when what is measured differs from it. */
function commitOfCheckout(): string {
  const git = (...args: readonly string[]): string =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    const changed = git('status', '--porcelain', '--', 'bench', 'libs/event-store', 'libs/database') !== '';
    return `${git('rev-parse', '--short=12', 'HEAD')}${changed ? '+' : ''}`;
  } catch {
    return 'unknown (no git checkout)';
  }
}
