/** A Postgres of a row's own with the whole application on it, and the people and appenders that keep both at work. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Database, openDatabase } from '@app/database';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@app/embedded-postgres';
import { eventStoreMigrations, PostgresEventStore } from '@app/event-store';
import { Client, Pool } from 'pg';
import { Appenders } from './appenders';
import { LogWitness } from './log-witness';
import { PeopleAtWork } from './people';
import { type Program, spawnProgram } from './processes';
import type { ApplicationSaid, ApplicationSettings } from './programs/application';
import type { Round } from './row';

const APPLICATION = 'test/faults/programs/application.ts';

export interface WholeApplication {
  readonly postgres: EmbeddedPostgres;
  readonly program: Program<ApplicationSaid>;
  readonly people: PeopleAtWork;
  /** The first process of the server. */
  serverPid(): number;
  /** Ends the work when what is under way is answered, and says which invariants the two logs break. */
  settle(): Promise<string[]>;
  /** Builds the read models anew, and says which were not what the log makes of them (I6). */
  readModelsThatDiffer(): Promise<readonly string[]>;
  close(): Promise<void>;
}

interface Work {
  readonly people: number;
  readonly appenders: number;
  /** Milliseconds from the first sending of a request or an append until it is in. */
  settled?(ms: number): void;
}

/** In the round's folder, and all are at work when it resolves. */
export async function startWholeApplication(
  { folder, violation, counted, random }: Round,
  work: Work,
): Promise<WholeApplication> {
  const postgres = await startEmbeddedPostgres({ dataFolder: folder });
  const program = spawnProgram<ApplicationSaid>(
    APPLICATION,
    { projections: true, people: true } satisfies ApplicationSettings,
    { env: { EVENHAND_DATA: folder } },
  );
  const [database, { url, referrer }] = await Promise.all([
    notesOn(postgres.url, folder),
    program.says((said) => said.url !== undefined),
  ]);
  const pool = new Pool({ connectionString: postgres.url, max: 2, connectionTimeoutMillis: 5_000 });
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  const log = { witness: new LogWitness(), store: new PostgresEventStore({ pool }) };
  const notes = { witness: new LogWitness(), store: new PostgresEventStore({ pool: database.application }) };
  const heard = { violation, counted, ...(work.settled && { settled: work.settled }) };
  const people = new PeopleAtWork({ url: () => url!, referrer: referrer!, witness: log.witness, ...heard });
  await people.arrive(work.people);
  await log.witness.knows(log.store);
  people.begin();
  const appenders = new Appenders({ ...notes, ...heard, random });
  appenders.begin(work.appenders);
  return {
    postgres,
    program,
    people,
    serverPid: () => Number(readFileSync(join(postgres.clusterFolder, 'postmaster.pid'), 'utf8').split('\n')[0]),
    async settle() {
      await Promise.all([people.stop(), appenders.stop()]);
      return [...(await log.witness.broken(log.store)), ...(await notes.witness.broken(notes.store))];
    },
    async readModelsThatDiffer() {
      program.tell({ rebuild: true });
      return (await program.says((said) => said.different !== undefined)).different!;
    },
    async close() {
      program.kill('SIGKILL');
      await program.ended;
      await Promise.all([log.store.close(), notes.store.close()]);
      await Promise.all([pool.end(), database.close()]);
      await postgres.stop();
    },
  };
}

/** The appenders' events are none that the application knows: they have a database of their own. */
async function notesOn(url: string, folder: string): Promise<Database> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query('CREATE DATABASE notes').finally(() => client.end());
  const notes = new URL(url);
  notes.pathname = '/notes';
  return openDatabase({ url: notes.toString(), dataFolder: join(folder, 'notes'), migrations: eventStoreMigrations });
}
