/** The named points on the way of an append at which F1 kills: in the application as crash points, in Postgres as pauses. */
import type { Client } from 'pg';
import type { Edit } from './row';

interface CrashPoint extends Edit {
  readonly name: string;
}

/** A process that comes to the point it was told, or was started with, is gone. Statements other than appends pass. */
const crash = (name: string, when = 'true'): string =>
  `if ((globalThis.crashAt ?? process.env.CRASH_AT) === '${name}' && ${when}) process.kill(process.pid, 'SIGKILL');`;

const STORE = 'libs/event-store/src';
const APPENDS = `name.startsWith('log_append')`;

/** Of the command's way through execute, journal and store. */
export const CRASH_POINTS: readonly CrashPoint[] = [
  {
    name: 'the history is read',
    file: `${STORE}/execute.ts`,
    find: '    const earlier = recordedUnder(envelope.commandId, history);',
    replace: `    const earlier = recordedUnder(envelope.commandId, history);\n${crash('the history is read')}`,
  },
  {
    name: 'the command is decided',
    file: `${STORE}/execute.ts`,
    find: `    if (decided.length === 0) return { kind: 'nothing', revision };`,
    replace: `    if (decided.length === 0) return { kind: 'nothing', revision };\n${crash('the command is decided')}`,
  },
  {
    name: 'the words are kept',
    file: `${STORE}/journal.ts`,
    find: '    if (sealed.words.length > 0) await this.parts.words.keep(sealed.words);',
    replace: `    if (sealed.words.length > 0) await this.parts.words.keep(sealed.words);\n${crash('the words are kept')}`,
  },
  {
    name: 'the events are handed on',
    file: `${STORE}/journal.ts`,
    find: `    if (outcome.outcome !== 'appended') return outcome;`,
    replace: `${crash('the events are handed on')}\n    if (outcome.outcome !== 'appended') return outcome;`,
  },
  {
    name: 'the call begins',
    file: `${STORE}/postgres/appender.ts`,
    find: '      const batch = takeBatch(this.waiting);',
    replace: `      const batch = takeBatch(this.waiting);\n${crash('the call begins')}`,
  },
  {
    name: 'the request is sent',
    file: `${STORE}/postgres/connection.ts`,
    find: '      const result = await this.client.query<Row>({ name, text, values, query_timeout: milliseconds } as never);',
    replace: `      const asked = this.client.query<Row>({ name, text, values, query_timeout: milliseconds } as never);
        ${crash('the request is sent', APPENDS)}
        if (globalThis.crashAt === 'a moment after the request is sent' && ${APPENDS})
          setTimeout(() => process.kill(process.pid, 'SIGKILL'), 4 * Math.random());
        const result = await asked;
        ${crash('the answer is here', APPENDS)}`,
  },
  {
    name: 'the append is settled',
    file: `${STORE}/postgres/appender.ts`,
    find: `          if (outcome.outcome === 'appended') this.appended(outcome.position);`,
    replace: `${crash('the append is settled')}\n          if (outcome.outcome === 'appended') this.appended(outcome.position);`,
  },
];

/** Where the process itself crashes; the last one stands in the program. */
export const CRASHES: readonly string[] = [
  ...CRASH_POINTS.map(({ name }) => name),
  'a moment after the request is sent',
  'the answer is here',
  'before the reply',
];

/** Of the way of a request through the web application, beside those of its appends. */
export const REQUEST_CRASH_POINTS: readonly CrashPoint[] = [
  {
    name: 'the key is reserved',
    file: 'apps/web/src/http/idempotency.interceptor.ts',
    find: '      const recorded: unknown = await lastValueFrom(next.handle());',
    replace: `${crash('the key is reserved')}
      const recorded: unknown = await lastValueFrom(next.handle());
      ${crash('the command is recorded')}`,
  },
  {
    name: 'the answer is kept',
    file: 'apps/web/src/http/idempotency.interceptor.ts',
    find: '      await this.requests.answered(actor, key, given);',
    replace: `      await this.requests.answered(actor, key, given);\n${crash('the answer is kept')}`,
  },
];

export const REQUEST_CRASHES = [
  'the command is recorded',
  'the request is sent',
  'the answer is here',
  'the key is reserved',
  'the answer is kept',
  'the history is read',
  'the events are handed on',
] as const;

interface PausePoint {
  readonly name: string;
  readonly of: 'append' | 'append_one';
  /** Exactly once in the function. */
  readonly find: string;
  readonly pause: 'before' | 'after';
  /** Of the function's own variables; always unless told. */
  readonly when?: string;
}

const LOCK = '  perform pg_advisory_xact_lock(5005299560740908644);';

/** Inside the functions that write. */
const PAUSE_POINTS: readonly PausePoint[] = [
  { name: 'one: before the lock', of: 'append_one', find: LOCK, pause: 'before' },
  { name: 'one: after the lock', of: 'append_one', find: LOCK, pause: 'after' },
  { name: 'one: after the insert', of: 'append_one', find: '  return appended;', pause: 'before' },
  { name: 'many: before the lock', of: 'append', find: LOCK, pause: 'before' },
  { name: 'many: after the lock', of: 'append', find: LOCK, pause: 'after' },
  { name: 'many: before the first insert', of: 'append', find: '      for i in 1 .. size loop', pause: 'before' },
  {
    name: 'many: between two inserts',
    of: 'append',
    find: '      for i in 1 .. size loop',
    pause: 'after',
    when: 'i = 2',
  },
  { name: 'many: after the inserts', of: 'append', find: '    first := first + size;', pause: 'before' },
  {
    name: 'several: after the one insert of all',
    of: 'append',
    find: '  for k in 1 .. cardinality(streams) loop',
    pause: 'before',
  },
  { name: 'many: all is done', of: 'append', find: '  if first <> cardinality(ids) then', pause: 'before' },
];
/** In the commit itself. */
const COMMIT = 'the commit begins';

/** Where Postgres pauses, for as long as somebody holds the advisory lock (1, place in this list). */
export const PAUSES: readonly string[] = [...PAUSE_POINTS.map(({ name }) => name), COMMIT];

const pauseAt = (name: string): string => `perform pg_advisory_xact_lock_shared(1, ${PAUSES.indexOf(name)});`;

/** Makes the test build of the functions in a database: what is there, with the pauses in it. */
export async function buildPauses(owner: Client): Promise<void> {
  for (const called of ['append', 'append_one'] as const) {
    const { rows } = await owner.query<{ source: string }>('select pg_get_functiondef($1::regproc) as source', [
      `log.${called}`,
    ]);
    let { source } = rows[0]!;
    for (const { name, find, pause, when } of PAUSE_POINTS.filter((point) => point.of === called)) {
      if (source.split(find).length !== 2)
        throw new Error(`"${find}" is not once in log.${called}: bring F1 up to date.`);
      const here = when === undefined ? pauseAt(name) : `if ${when} then ${pauseAt(name)} end if;`;
      source = source.replace(find, () => (pause === 'before' ? `${here}\n${find}` : `${find}\n${here}`));
    }
    await owner.query(source);
  }
  await owner.query(`
    create function log.pause_at_commit() returns trigger language plpgsql as $$
    begin ${pauseAt(COMMIT)} return null; end $$;
    create constraint trigger pause_at_commit after insert on log.events
      deferrable initially deferred for each row execute function log.pause_at_commit();
  `);
}

/** The backend that pauses at a point; nothing when none does. */
export async function backendAt(operator: Client, pause: string): Promise<number | undefined> {
  const { rows } = await operator.query<{ pid: number }>(
    `select pid from pg_locks where locktype = 'advisory' and not granted and classid = 1 and objid = $1
       and database = (select oid from pg_database where datname = current_database())`,
    [PAUSES.indexOf(pause)],
  );
  return rows[0]?.pid;
}

export const holdPause = async (operator: Client, pause: string): Promise<void> =>
  void (await operator.query('select pg_advisory_lock(1, $1)', [PAUSES.indexOf(pause)]));

export const endPause = async (operator: Client, pause: string): Promise<void> =>
  void (await operator.query('select pg_advisory_unlock(1, $1)', [PAUSES.indexOf(pause)]));
