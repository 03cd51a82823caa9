import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { EventStoreDbStore, type StoredEvent } from '@app/event-store';
import { type Link, linkTo } from '../../../libs/event-store/src/postgres/testing/proxy';
import { createEmptyDatabase } from '../../support/database';
import { LogWitness } from '../log-witness';
import { PeopleAtWork } from '../people';
import { type Program, spawnProgram } from '../processes';
import type { ApplicationSaid, ApplicationSettings } from '../programs/application';
import type { ClientSaid, ClientSettings, ToldClient } from '../programs/eventstoredb-client';
import type { DoubleSaid, ToldDouble } from '../programs/eventstoredb-double';
import type { Edit, Round, Row } from '../row';

const STORE = 'libs/event-store/src/eventstoredb/event-store-db-store.ts';

/** A tenth of what people have: 5 s for an append, and as long to read it back. */
const SCALED = { deadlineMs: 500, patienceMs: 800, silenceMs: 1_000, retryMs: 20 };
/** The application's: less of it, as it must also start on a machine that does other work. */
const SCALED_DEFAULTS: readonly Edit[] = [
  { file: STORE, find: '  deadlineMs: 5_000,', replace: '  deadlineMs: 2_000,' },
  { file: STORE, find: '  patienceMs: 8_000,', replace: '  patienceMs: 3_200,' },
];
/** Ten times what it may take: whatever is not settled by then never will be, or only when the link is given up. */
const STUCK_MS = 10_000;
/** As it is: deadline and read-back, and room for a machine that does other work. */
const STUCK_AS_IT_IS_MS = 15_000;

const APPENDS_A_HANG = 8;
const PEOPLE = 3;
/** `stopped`: the server's process is (SIGSTOP). `frozen`: it takes calls and answers none. `held`: nothing reaches it. */
const HANGS = ['stopped', 'frozen', 'held'] as const;
type Hang = (typeof HANGS)[number];

class Server {
  private constructor(
    private readonly program: Program<DoubleSaid>,
    private readonly link: Link,
    /** Past the link, to see what the log has. */
    readonly store: EventStoreDbStore,
  ) {}

  static async start(): Promise<Server> {
    const program = spawnProgram<DoubleSaid>('test/faults/programs/eventstoredb-double.ts', {});
    const { url } = await program.says((said) => said.url !== undefined);
    return new Server(program, await linkTo(url!), EventStoreDbStore.connect(url!));
  }

  get url(): string {
    return this.link.url;
  }

  async hang(how: Hang): Promise<void> {
    if (how === 'stopped') this.program.kill('SIGSTOP');
    else if (how === 'frozen') await this.#freeze(true);
    else this.link.set('hold');
  }

  async goOn(how: Hang): Promise<void> {
    if (how === 'stopped') this.program.kill('SIGCONT');
    else if (how === 'frozen') await this.#freeze(false);
    else {
      this.link.set('pass');
      // What was held is lost; no connection lives through that.
      this.link.cut();
    }
  }

  async #freeze(freeze: boolean): Promise<void> {
    this.program.tell({ freeze } satisfies ToldDouble);
    await this.program.says(({ frozen }) => frozen === freeze);
  }

  async close(): Promise<void> {
    this.program.kill('SIGKILL');
    await Promise.all([this.program.ended, this.store.close(), this.link.close()]);
  }
}

const event = (): StoredEvent => ({ id: randomUUID(), type: 'NoteTaken', data: {}, metadata: {} });

/** Appends while the server hangs: each settles in time, and what was told is what the log shows once it goes on. */
async function appendsWhileItHangs(
  appends: number,
  pace: { readonly options: ClientSettings['options']; readonly stuckMs: number; readonly as: string },
  { random, signal, done, violation, measured, counted }: Round,
): Promise<void> {
  const server = await Server.start();
  const client = spawnProgram<ClientSaid>('test/faults/programs/eventstoredb-client.ts', {
    options: pace.options,
  } satisfies ClientSettings);
  const witness = new LogWitness();
  let n = 0;
  const append = (stream: string, events: readonly StoredEvent[]): Promise<ClientSaid> => {
    client.tell({ n: ++n, url: server.url, stream, expected: 'no_stream', events } satisfies ToldClient);
    const mine = n;
    return client.says((said) => said.n === mine);
  };
  /** Answers what it was told; a violation when it is told nothing in time. */
  const settled = async (stream: string, events: readonly StoredEvent[]): Promise<ClientSaid | undefined> => {
    const said = await Promise.race([append(stream, events), pause(pace.stuckMs, undefined, { ref: false })]);
    const { outcome } = said ?? {};
    if (!said) violation(`an append was not settled in ${pace.stuckMs / 1000} s`);
    else if (outcome?.outcome === 'appended')
      witness.acknowledged(events[0]!.id, outcome.firstRevision, outcome.position);
    else if (outcome?.outcome !== 'unknown')
      violation(`an append to a stream of its own was answered ${said.threw ?? JSON.stringify(outcome)}`);
    return said;
  };
  const proposal = (): [string, StoredEvent[]] => {
    const one: [string, StoredEvent[]] = [`note-${randomUUID()}`, [event(), event()]];
    witness.proposed(
      one[0],
      one[1].map(({ id }) => id),
    );
    return one;
  };
  try {
    await client.says((said) => said.n === 0);
    await settled(...proposal());
    for (let hung = 0; hung < appends && !signal.aborted; hung += APPENDS_A_HANG) {
      const how = random.pick(HANGS);
      const proposals = Array.from({ length: APPENDS_A_HANG }, proposal);
      // Some are on their way when it begins.
      const early = proposals.splice(0, random.below(APPENDS_A_HANG)).map((one) => ({ one, said: settled(...one) }));
      await server.hang(how);
      const late = proposals.map((one) => ({ one, said: settled(...one) }));
      const open: (typeof early)[number]['one'][] = [];
      for (const { one, said } of [...early, ...late]) {
        const told = await said;
        if (!told) return;
        measured(`an append settled after${pace.as}`, told.ms, 'ms');
        if (told.outcome?.outcome !== 'unknown') continue;
        counted('outcomes unknown');
        open.push(one);
      }
      await server.goOn(how);
      for (const one of open) {
        for (let told = await settled(...one); told?.outcome?.outcome !== 'appended'; told = await settled(...one)) {
          if (!told || told.outcome?.outcome !== 'unknown') return;
          await pause(20);
        }
      }
      counted(how);
      done(APPENDS_A_HANG);
    }
    for (const broken of await witness.broken(server.store)) violation(broken);
  } finally {
    client.kill('SIGKILL');
    await server.close();
  }
}

/** People at work while the server hangs: 503 with Retry-After, and recorded once when it goes on. */
async function peopleWhileItHangs(
  pace: { readonly edits: readonly Edit[]; readonly answeredMs: number; readonly as: string },
  { folder, random, violation, measured, counted }: Round,
): Promise<void> {
  const [server, database] = await Promise.all([Server.start(), createEmptyDatabase()]);
  const application = spawnProgram<ApplicationSaid>(
    'test/faults/programs/application.ts',
    { projections: true, people: true } satisfies ApplicationSettings,
    {
      edits: pace.edits,
      env: { DATABASE_URL: database.url, EVENTSTOREDB_URL: server.url, EVENHAND_DATA: join(folder, database.name) },
    },
  );
  try {
    const said = await application.says(({ url }) => url !== undefined);
    const witness = new LogWitness();
    let unavailable = 0;
    const people = new PeopleAtWork({
      url: () => said.url!,
      referrer: said.referrer!,
      witness,
      violation,
      counted: (what) => {
        counted(what);
        if (what === 'answers 503') unavailable += 1;
      },
    });
    await people.arrive(PEOPLE);
    await witness.knows(server.store);
    people.begin();
    await people.firstRecorded();
    const how = random.pick(HANGS);
    await server.hang(how);
    const before = unavailable;
    const begun = performance.now();
    while (unavailable < before + PEOPLE && performance.now() - begun < pace.answeredMs) await pause(20);
    if (unavailable < before + PEOPLE)
      violation(`${unavailable - before} answers 503 while the store hung for ${pace.answeredMs / 1000} s`);
    else measured(`${PEOPLE} people answered 503 after${pace.as}`, Math.round(performance.now() - begun), 'ms');
    await server.goOn(how);
    // Its connection may have to be given up first: keepalive, ten seconds twice.
    const ms = await people.firstRecorded();
    if (ms === undefined) return violation(`a minute after the store went on nothing was recorded (${how})`);
    measured(`first recorded after the store went on${pace.as}`, Math.round(ms), 'ms');
    await people.stop();
    for (const broken of await witness.broken(server.store)) violation(broken);
  } finally {
    application.kill('SIGKILL');
    await application.ended;
    await server.close();
    await database.drop();
  }
}

export const row: Row = {
  id: 'F14',
  title:
    'EventStoreDB hangs (its process stopped, its answers withheld, nothing reaching it): every append settles within its deadline ' +
    'and a read-back, people are answered 503 with Retry-After, and all goes on without a restart (I1, I2, I5, I9)',
  unit: 'appends',
  goal: 2_000,
  bounded: 48,
  plantedBugs: [
    {
      id: 'append-without-a-deadline-of-its-own',
      file: STORE,
      find: 'timer = setTimeout(() => reject(new NoAnswer(`no answer in ${ms} ms`)), ms);',
      replace: 'timer = setTimeout(() => void reject, ms);',
    },
    {
      id: 'read-without-a-deadline-of-its-own',
      file: STORE,
      find: 'const timer = setTimeout(() => read.destroy(new NoAnswer(`no answer in ${deadlineMs} ms`)), deadlineMs);',
      replace: 'const timer = setTimeout(() => undefined, deadlineMs);',
    },
    {
      id: 'no-answer-told-as-conflict',
      file: STORE,
      find: `if (silences > 1 || back.found === 'unreadable') return unknown;`,
      replace: `if (silences > 1 || back.found === 'unreadable') return { outcome: 'conflict', actual: 'no_stream' };`,
    },
  ],

  async run(round) {
    const scaled = { options: SCALED, stuckMs: STUCK_MS, as: ' (deadline 0.5 s)' };
    const half = round.count / 2;
    const work = [
      appendsWhileItHangs(half, scaled, round),
      appendsWhileItHangs(half, scaled, round),
      peopleWhileItHangs({ edits: SCALED_DEFAULTS, answeredMs: STUCK_AS_IT_IS_MS, as: ' (deadline 2 s)' }, round),
    ];
    // As it is, in a full run only: deadlines of seconds take their time.
    if (round.count > row.bounded)
      work.push(
        appendsWhileItHangs(APPENDS_A_HANG, { options: {}, stuckMs: STUCK_AS_IT_IS_MS, as: '' }, round),
        peopleWhileItHangs({ edits: [], answeredMs: 20_000, as: '' }, round),
      );
    await Promise.all(work);
  },
};
