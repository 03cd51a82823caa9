/** A platform with a long log behind it: made once, by the application's own codecs, keys and runner, and kept in a folder. */
import { readSchoolList } from '@app/directory';
import { Journal, type CommandEnvelope, type EventStore, type StoredEvent } from '@app/event-store';
import { type Clock, londonDate, newId, ruleSetOn, systemClock } from '@app/kernel';
import { createSealer, type WordsToKeep } from '@app/vault';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { codecs } from '../apps/composition/src/codecs';
import { openPlatform, type Platform } from '../apps/composition/src/platform';
import { type City, CITY_VERSION, cityLog, PANELS } from './city-log';
import { Interrupted } from './measure';
import { root } from './peers';
import type { ScratchServer } from './scratch-server';

export interface Loaded {
  readonly platform: Platform;
  /** What the platform was opened with, for other processes. */
  readonly env: NodeJS.ProcessEnv;
  /** The administrator's URL. */
  readonly url: string;
  readonly events: number;
  readonly panelIds: readonly string[];
  close(): Promise<void>;
}

/** Written when the log is whole. */
interface Note {
  readonly panelIds: readonly string[];
}

export interface LoadedParts {
  /** Of the database, where it is not the one that all share. */
  readonly name?: string;
  readonly server: ScratchServer;
  readonly events: number;
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** Where logs are kept from run to run; it may be deleted at any time. */
export const keptFolder = (): string =>
  join(process.env['BENCH_DATA'] ?? join(tmpdir(), 'evenhand-bench'), `city-${CITY_VERSION}`);

/** Opens the platform on a log of so many events with its read models caught up; makes it where it is not there yet. */
export async function openLoaded(parts: LoadedParts): Promise<Loaded> {
  const { server, events, seed, say } = parts;
  const name = `${parts.name ?? 'city'}_${seed}_${events}`;
  const noteFile = join(server.folder, `${name}.json`);
  if (!existsSync(noteFile)) {
    await server.drop(name);
    await server.database(name);
  }
  const env = { DATABASE_URL: server.urlOf(name), EVENHAND_DATA: join(server.folder, 'data') };
  const platform = await openPlatform(env);
  try {
    if (!existsSync(noteFile)) {
      const note = await make(platform, env.DATABASE_URL, parts);
      writeFileSync(`${noteFile}.new`, JSON.stringify(note));
      renameSync(`${noteFile}.new`, noteFile);
    } else say(`The log of ${events} events is there from an earlier run (${server.folder}).`);
    await catchUp(platform, events, say);
    const { panelIds } = JSON.parse(readFileSync(noteFile, 'utf8')) as Note;
    return { platform, env, url: env.DATABASE_URL, events, panelIds, close: () => platform.close() };
  } catch (error) {
    await platform.close();
    throw error;
  }
}

const BATCH = 2_000;

async function make(platform: Platform, url: string, { events, seed, signal, say }: LoadedParts): Promise<Note> {
  const { directory, keys, words, tenant } = platform;
  await directory.loadSchools(readSchoolList(readFileSync(join(root, 'samples', 'schools.csv'))));
  const panelIds: string[] = [];
  for (let at = 1; at <= PANELS; at++) panelIds.push((await directory.reservePanel(`Panel ${at}`)).panelId);
  const criteria = [newId(), newId()];
  for (const id of criteria)
    await directory.saveCriterion({ id, version: '1', wording: 'Support was tried before a move' });
  const urns = (await directory.schools()).map(({ urn }) => urn);
  const city: City = { panelIds, urns, criteria, clerk: newId() };

  let on = '2016-01-01';
  const clock: Clock = { now: () => new Date(`${on}T12:00:00.000Z`), today: () => on };
  const made: (StoredEvent & { stream: string; revision: number })[] = [];
  const spoken: WordsToKeep[] = [];
  const next = new Map<string, number>();
  const collect: Pick<EventStore, 'append'> = {
    append: async (stream, expected, stored) => {
      const first = expected === 'no_stream' ? 0 : expected + 1;
      stored.forEach((event, at) => made.push({ ...event, stream, revision: first + at }));
      next.set(stream, first + stored.length);
      return { outcome: 'appended', firstRevision: first, lastRevision: first + stored.length - 1, position: '0' };
    },
  };
  const journal = new Journal({
    store: collect as EventStore,
    codecs,
    sealer: createSealer(keys),
    words: { keep: async (some) => void spoken.push(...some), read: async () => new Map() },
    clock,
    ruleSetOn,
  });
  const administrator = new Client({ connectionString: url });
  await administrator.connect();
  let written = 0;
  const started = performance.now();
  let inserting: Promise<unknown> = Promise.resolve();
  const flush = async (): Promise<void> => {
    const rows = made.splice(0, events - written);
    const texts = spoken.splice(0);
    await inserting;
    if (signal.aborted) throw new Interrupted();
    const first = written + 1;
    written += rows.length;
    inserting = Promise.all([
      administrator.query(
        `insert into log.events (position, stream, revision, id, type, data, metadata)
         select $1::bigint + n - 1, stream, revision, id, type, data, metadata
         from unnest($2::text[], $3::int[], $4::uuid[], $5::text[], $6::json[], $7::json[])
           with ordinality e (stream, revision, id, type, data, metadata, n)`,
        [
          first,
          rows.map((row) => row.stream),
          rows.map((row) => row.revision),
          rows.map((row) => row.id),
          rows.map((row) => row.type),
          rows.map((row) => JSON.stringify(row.data)),
          rows.map((row) => JSON.stringify(row.metadata)),
        ],
      ),
      words.keep(texts),
    ]);
    inserting.catch(() => undefined);
    if (first % 20_000 === 1 || written === events) {
      const rate = Math.round((written / (performance.now() - started)) * 1000);
      say(`Making a log: ${written} of ${events} events, ${rate} a second.`);
    }
  };
  try {
    const settings = { seed, events, today: londonDate(systemClock.now()) };
    const pupilsOf = async (pupilRefs: readonly string[]): Promise<void> => {
      const fresh = pupilRefs.filter((pupilRef) => keys.state(pupilRef) === 'absent');
      await Promise.all(fresh.map((pupilRef) => keys.create(pupilRef)));
      const names = ['Ada', 'Bryn', 'Cai', 'Dilys', 'Emrys', 'Ffion', 'Gwen', 'Huw'];
      // Few at once: what waits too long for a connection of the pool fails.
      for (let from = 0; from < pupilRefs.length; from += 10)
        await Promise.all(
          pupilRefs.slice(from, from + 10).map((pupilRef, at) =>
            platform.pupils.remember(pupilRef, {
              name: `${names[at % names.length]} Demo`,
              dateOfBirth: '2013-03-14',
            }),
          ),
        );
    };
    for await (const command of cityLog(city, settings, pupilsOf)) {
      const ids = newId();
      const envelope: CommandEnvelope = {
        commandId: ids,
        correlationId: ids,
        causationId: ids,
        tenant,
        actor: command.actor,
        occurredOn: (on = command.on),
        provenance: 'live',
      };
      const revision = next.get(command.stream);
      const expected = revision === undefined ? 'no_stream' : revision - 1;
      await journal.append(command.codec, command.stream, expected, command.events, envelope);
      if (made.length >= BATCH) await flush();
    }
    while (made.length > 0 && written < events) await flush();
    await inserting;
    if (written < events) throw new Error(`The city has ${written} events until today, not ${events}.`);
    await administrator.query('vacuum analyze log.events');
    await administrator.query('vacuum analyze vault.words');
  } finally {
    await inserting.catch(() => undefined);
    await administrator.end();
  }
  return { panelIds };
}

/** By the runner of the application, from wherever an earlier run has left them; those of an older version are built anew. */
async function catchUp(platform: Platform, events: number, say: (line: string) => void): Promise<void> {
  const done = async (): Promise<number> => {
    const { rows } = await platform.database.projector.query<{ least: string | null }>(
      "select min(events)::text as least from read.checkpoints where schema = 'read'",
    );
    return Number(rows[0]?.least ?? 0);
  };
  const before = await done();
  if (before < events) say('Building its read models as a running application does …');
  const from = performance.now();
  await platform.runner.start();
  const timer = setInterval(() => void done().then((n) => say(`Read models: ${n} of ${events} events.`)), 10_000);
  try {
    await platform.runner.catchUp();
  } finally {
    clearInterval(timer);
    await platform.runner.stop();
  }
  if (before < events)
    say(
      `Read models are there: ${Math.round(((events - before) / (performance.now() - from)) * 1000)} events a second.`,
    );
}
