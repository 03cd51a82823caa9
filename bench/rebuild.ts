/** The rebuild benchmark: every read model of the application anew from a long log, and emmett's rebuild of one like ours. */
import { hashOf } from '@app/projections';
import { Pool } from 'pg';
import { keptFolder, type Loaded, openLoaded } from './loaded';
import { ratiosOf, spreadOf } from './measure';
import { installPeers, peer, versionOf } from './peers';
import { type Goal, tableOf, times, whole } from './report';
import { type Options, Run } from './run';
import { type ScratchServer, startScratchServer } from './scratch-server';

const FULL = { events: 1_000_000, rounds: 3, emmettEvents: 100_000 };
const QUICK = { events: 10_000, rounds: 1, emmettEvents: 10_000 };
/** The read model of ours that emmett's is like: decisions counted by panel and month. */
const LIKE = 'panel_months';
const SAMPLE_MS = 250;

interface Round {
  /** Events a second. */
  readonly rate: number;
  /** Processor time of this process, µs an event. */
  readonly processor: number;
}

interface Sample {
  /** Share of the events that are done. */
  readonly done: number;
  /** Resident memory of this process, MB. */
  readonly memory: number;
}

export async function benchRebuild(options: Options): Promise<void> {
  const { quick, seed, signal } = options;
  const run = new Run(options);
  const { say } = run;
  const plan = { ...(quick ? QUICK : FULL), ...(options.events ? { events: options.events } : {}) };
  await installPeers(say, signal);
  run.goOn();
  const server = await startScratchServer(keptFolder());
  const rounds = { all: [] as Round[], like: [] as Round[], emmett: [] as Round[] };
  const samples: Sample[][] = [];
  let allEqual = true;
  try {
    const settings = await run.settingsOf(server);
    const loaded = await openLoaded({ server, events: plan.events, seed, signal, say });
    const emmett = await openEmmett(server, loaded, Math.min(plan.emmettEvents, plan.events), say);
    try {
      const hashes = await hashesOf(loaded);
      for (let round = 1; round <= plan.rounds; round++) {
        run.goOn();
        const memory: Sample[] = [];
        rounds.all.push(await rebuilt(loaded, undefined, signal, memory, say));
        samples.push(memory);
        allEqual &&= JSON.stringify(await hashesOf(loaded)) === JSON.stringify(hashes);
        rounds.like.push(await rebuilt(loaded, [LIKE], signal, [], say));
        rounds.emmett.push(await emmett.rebuild());
        const rates = [rounds.all, rounds.like, rounds.emmett].map((of) => whole(of.at(-1)!.rate));
        say(`Round ${round} of ${plan.rounds}: all ${rates[0]}/s, ${LIKE} ${rates[1]}/s, emmett ${rates[2]}/s`);
      }
    } finally {
      await emmett.close();
      await loaded.close();
    }
    const rate = (of: readonly Round[]) => of.map((one) => one.rate);
    const growth = spreadOf(samples.map(growthOf));
    const ratio = ratiosOf(rate(rounds.like), rate(rounds.emmett));
    const goals: Goal[] = [
      {
        goal: 'all read models: at least 20,000 events/s',
        value: spreadOf(rate(rounds.all)),
        met: spreadOf(rate(rounds.all)).median >= 20_000,
      },
      {
        goal: 'memory flat: the last quarter at most 1.15 times the second',
        value: growth,
        met: growth.median <= 1.15,
      },
      {
        goal: 'hashes of all tables equal to the live ones (1: yes)',
        value: spreadOf([Number(allEqual)]),
        met: allEqual,
      },
      { goal: `${LIKE}: at least 10 times emmett's`, value: ratio, met: ratio.median >= 10 },
    ];
    const row = (name: string, events: number, of: readonly Round[]): string[] => {
      const { median, min, max } = spreadOf(rate(of));
      const processor = spreadOf(of.map((one) => one.processor)).median.toFixed(1);
      return [name, whole(events), whole(median), `${whole(min)}–${whole(max)}`, `${processor} µs`];
    };
    run.report('Rebuild benchmark', settings, {
      lines: [
        `${plan.rounds} rounds. Each rebuild reads the log once, makes, indexes and compares tables, and swaps them in.`,
        `- emmett: @event-driven-io/emmett-postgresql ${versionOf('@event-driven-io/emmett-postgresql')}, rebuildPostgreSQLProjections of a pongoMultiStreamProjection that counts decisions by panel and month`,
        '',
        tableOf(
          ['read models', 'events of the log', 'events/s, median', 'min–max', 'processor time of Node, an event'],
          [
            row('evenhand, all', plan.events, rounds.all),
            row(`evenhand, ${LIKE}`, plan.events, rounds.like),
            row('emmett', emmett.events, rounds.emmett),
          ],
        ),
        '',
        `${LIKE} ÷ emmett: ${times(ratio.median)} (${times(ratio.min)}–${times(ratio.max)})`,
        '',
        'Memory of the process (resident, MB) by tenths of the log, last round:',
        '',
        memoryTable(samples.at(-1)!),
      ],
      goals,
      numbers: { plan, rounds, memory: samples },
    });
  } finally {
    await server.remove();
  }
}

async function hashesOf({ platform }: Loaded): Promise<readonly string[]> {
  const hashes: string[] = [];
  for (const projection of platform.projections) hashes.push(await hashOf(platform.database.projector, projection));
  return hashes;
}

/** One rebuild of all read models, or of those named. Throws where the new tables are not what the live ones were. */
async function rebuilt(
  { platform, events }: Loaded,
  projections: readonly string[] | undefined,
  signal: AbortSignal,
  memory: Sample[],
  say: (line: string) => void,
): Promise<Round> {
  let done = 0;
  let told = 0;
  const timer = setInterval(() => {
    memory.push({ done, memory: process.memoryUsage.rss() / 1e6 });
    if (performance.now() - told < 5_000) return;
    told = performance.now();
    say(`Rebuilding: ${Math.round(done * 100)} %, ${Math.round(process.memoryUsage.rss() / 1e6)} MB`);
  }, SAMPLE_MS);
  const from = performance.now();
  const before = process.cpuUsage();
  try {
    const reports = await platform.runner.rebuild({
      ...(projections ? { projections } : {}),
      signal,
      onProgress: (progress) => (done = progress.total === 0 ? 0 : progress.done / progress.total),
    });
    const wrong = reports.find(({ comparison }) => comparison !== 'equal');
    if (wrong) throw new Error(`The rebuilt ${wrong.projection} is ${wrong.comparison}: the live one was not like it.`);
  } finally {
    clearInterval(timer);
  }
  return roundOf(events, from, before);
}

function roundOf(events: number, from: number, before: NodeJS.CpuUsage): Round {
  const { user, system } = process.cpuUsage(before);
  return { rate: (events * 1000) / (performance.now() - from), processor: (user + system) / events };
}

/** Median memory of the last quarter of the log over that of its second quarter. */
function growthOf(samples: readonly Sample[]): number {
  const quarter = (n: number) =>
    samples.filter(({ done }) => done > n / 4 && done <= (n + 1) / 4).map(({ memory }) => memory);
  const [second, last] = [quarter(1), quarter(3)];
  // A smoke run is over before it has been looked at twice.
  return second.length === 0 || last.length === 0 ? 1 : spreadOf(last).median / spreadOf(second).median;
}

function memoryTable(samples: readonly Sample[]): string {
  const tenths = Array.from({ length: 10 }, (_, tenth) => {
    const there = samples.filter(({ done }) => Math.min(9, Math.floor(done * 10)) === tenth);
    return there.length === 0 ? '' : whole(spreadOf(there.map(({ memory }) => memory)).median);
  });
  return tableOf(
    tenths.map((_, tenth) => `${tenth * 10}–${tenth * 10 + 10} %`),
    [tenths],
    0,
  );
}

interface EmmettParts {
  getPostgreSQLEventStore(
    url: string,
    options: { connectionOptions: { pool: Pool } },
  ): { schema: { migrate(): Promise<unknown> }; close(): Promise<void> };
  pongoMultiStreamProjection(options: {
    collectionName: string;
    canHandle: readonly string[];
    getDocumentId(event: DecisionMessage): string;
    evolve(document: Counted | null, event: DecisionMessage): Counted;
  }): object;
  rebuildPostgreSQLProjections(options: {
    connectionString: string;
    projections: readonly object[];
    pulling: { batchSize: number };
  }): { start(): Promise<void>; close(): Promise<void> };
}
interface DecisionMessage {
  readonly type: string;
  readonly data: { readonly panelId: string; readonly decisionType?: string };
  readonly metadata: { readonly occurredOn: string };
}
interface Counted {
  readonly byOutcome: Readonly<Record<string, number>>;
}

/** Emmett's log with the first events of ours, and its rebuild of a read model that is like one of ours. */
async function openEmmett(server: ScratchServer, { platform }: Loaded, events: number, say: (line: string) => void) {
  const database = 'bench_emmett';
  await server.drop(database);
  const url = await server.database(database);
  const pool = new Pool({ connectionString: url, max: 8 });
  pool.on('error', () => undefined);
  const parts = peer<EmmettParts>('@event-driven-io/emmett-postgresql');
  const store = parts.getPostgreSQLEventStore(url, { connectionOptions: { pool } });
  await store.schema.migrate();
  say(`Copying ${events} events into emmett's log …`);
  let after: string | undefined;
  for (let copied = 0; copied < events;) {
    const records = await platform.store.readAll(after, Math.min(2_000, events - copied));
    await pool.query(
      `insert into emt_messages (stream_id, stream_position, message_schema_version, message_id, message_type,
         message_data, message_metadata, transaction_id)
       select s, p, '1', i, t, d, m, pg_current_xact_id()
       from unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::jsonb[], $6::jsonb[]) with ordinality
         e (s, p, i, t, d, m, n) order by n`,
      [
        records.map((record) => record.stream),
        records.map((record) => record.revision + 1),
        records.map((record) => record.id),
        records.map((record) => record.type),
        records.map((record) => JSON.stringify(record.data)),
        records.map((record) => JSON.stringify(record.metadata)),
      ],
    );
    copied += records.length;
    after = records.at(-1)!.position;
  }
  await pool.query('vacuum analyze emt_messages');
  const projection = parts.pongoMultiStreamProjection({
    collectionName: 'panel_months',
    canHandle: ['PanelDecisionRecorded', 'DecisionDeferred'],
    getDocumentId: ({ data, metadata }) => `${data.panelId}:${metadata.occurredOn.slice(0, 7)}`,
    evolve: (document, { data }) => {
      const outcome = data.decisionType ?? 'deferred';
      const byOutcome = document?.byOutcome ?? {};
      return { byOutcome: { ...byOutcome, [outcome]: (byOutcome[outcome] ?? 0) + 1 } };
    },
  });
  const counted = async (): Promise<number> => {
    const { rows } = await pool.query<{ n: string | null }>(
      `select sum(value::int) as n from panel_months, jsonb_each_text(data -> 'byOutcome')`,
    );
    return Number(rows[0]?.n ?? 0);
  };
  const { rows } = await pool.query<{ n: string }>(
    `select count(*) as n from emt_messages where message_type in ('PanelDecisionRecorded', 'DecisionDeferred')`,
  );
  const decisions = Number(rows[0]!.n);
  return {
    events,
    async rebuild(): Promise<Round> {
      // Its rebuild empties the table and reads on from its last checkpoint: a second one would read nothing (0.42.0).
      await pool.query('truncate emt_processors');
      const from = performance.now();
      const before = process.cpuUsage();
      const consumer = parts.rebuildPostgreSQLProjections({
        connectionString: url,
        projections: [projection],
        pulling: { batchSize: 1_000 },
      });
      try {
        await consumer.start();
        const round = roundOf(events, from, before);
        const n = await counted();
        if (n !== decisions) throw new Error(`Emmett's read model counts ${n} decisions, its log has ${decisions}.`);
        return round;
      } finally {
        await consumer.close();
      }
    },
    async close() {
      await store.close();
      await pool.end().catch(() => undefined);
      await server.drop(database);
    },
  };
}
