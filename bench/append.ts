/** The append benchmark: sets up server and peers, runs the rounds, prints tables and goals. */
import { type Contender, CONTENDERS } from './contenders';
import { EVENTS_A_STREAM, eventsOf, sizesOf } from './event';
import { measureOverhead } from './eventstoredb';
import { appendsPerSecond, rotated, type Slice } from './measure';
import { installPeers } from './peers';
import { appendTable, goalsOf, type Measured, overheadTable } from './report';
import { type Options, Run, versionInRoot } from './run';
import { startScratchServer } from './scratch-server';

const LEVELS = [1, 8, 32] as const;
interface Plan {
  readonly rounds: number;
  readonly warmUpMs: number;
  readonly measuredMs: number;
  readonly overheadRounds: number;
  readonly overheadMs: number;
}

const FULL: Plan = { rounds: 20, warmUpMs: 150, measuredMs: 500, overheadRounds: 20, overheadMs: 500 };
const QUICK: Plan = { rounds: 1, warmUpMs: 100, measuredMs: 300, overheadRounds: 1, overheadMs: 200 };

/** @throws Interrupted after everything was stopped and removed */
export async function benchAppend(options: Options): Promise<void> {
  const { quick, seed, signal } = options;
  const run = new Run(options);
  const { say } = run;
  const plan = quick ? QUICK : FULL;
  const make = eventsOf(seed);
  await installPeers(say, signal);
  run.goOn();

  say('Starting a Postgres of its own …');
  const server = await startScratchServer();
  const contenders: Contender[] = [];
  const measured: Measured[] = [];
  let settings: Readonly<Record<string, string>>;
  try {
    settings = await run.settingsOf(server);
    for (const open of CONTENDERS) {
      run.goOn();
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
  const size = sizesOf(eventsOf(seed));
  run.report('Append benchmark', settings, {
    lines: [
      `One event an append, ${size.data} characters of data and ${size.metadata} of metadata, ${EVENTS_A_STREAM} events a stream; ` +
        `${plan.rounds} rounds of ${plan.measuredMs} ms after ${plan.warmUpMs} ms of warm-up, in rotating order.`,
      ...contenders.map(({ name, how }) => `- ${name}: ${how}`),
      '',
      appendTable(measured),
      '',
      `EventStoreDB adapter over the bare client (@eventstore/db-client ${versionInRoot('@eventstore/db-client')}), on the double: a scripted server`,
      `in a thread of its own, without a disk. ${plan.overheadRounds} rounds of ${plan.overheadMs} ms each, alternating.`,
      '',
      overheadTable(overheads),
    ],
    goals: goalsOf(measured, overheads, LEVELS),
    numbers: {
      event: { ...size, eventsAStream: EVENTS_A_STREAM },
      plan,
      contenders: contenders.map(({ name, how }) => ({ name, how })),
      eventStoreDbClient: versionInRoot('@eventstore/db-client'),
      appends: measured,
      overheads,
    },
  });
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
