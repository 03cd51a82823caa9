import { eventStoreMigrations, PostgresEventStore } from '@app/event-store';
import { derivedId } from '@app/kernel';
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { Client } from 'pg';
import { createEmptyDatabase, createTestDatabase } from '../../support/database';
import { referral } from '../../../libs/cases/src/testing/referral';
import {
  backendAt,
  buildPauses,
  CRASH_POINTS,
  CRASHES,
  endPause,
  holdPause,
  PAUSES,
  REQUEST_CRASH_POINTS,
  REQUEST_CRASHES,
} from '../append-points';
import { LogWitness, streamOf } from '../log-witness';
import { type Program, spawnProgram } from '../processes';
import type { ApplicationSaid, ApplicationSettings } from '../programs/application';
import type { CommandsSaid, CommandsSettings, TakeNotes, ToldCommands } from '../programs/commands';
import type { Round, Row } from '../row';

/** Those that an append in parts would be torn at come first. */
const POINTS = [...CRASHES.toReversed(), ...PAUSES.toReversed()];
/** Every so manieth kill is one of the whole web application. */
const KILLS_A_WEB_KILL = 40;
const FIRST_WEB_KILL = 4;
/** Processes that are started before they are needed. */
const IN_STOCK = 2;
const MOST_NOTES = 4;
const MOST_COMMANDS = 3;
const KILLS_A_STREAM = 25;

type Commands = Program<CommandsSaid>;
type Recorded = Extract<CommandsSaid, { ids: string[] }>;

export const row: Row = {
  id: 'F1',
  title: `the application is killed at ${POINTS.length + REQUEST_CRASH_POINTS.length} named points of an append, and its commands are sent again with the same ids, keys and expected revision: each is recorded once and whole, and told so (I1–I5, I9)`,
  unit: 'kills',
  goal: 10_000,
  bounded: POINTS.length + 1,
  round: 500,
  plantedBugs: [
    {
      id: 'kill-command-id-not-looked-for',
      file: 'libs/event-store/src/execute.ts',
      find: '    if (earlier) return earlier;',
      replace: '',
    },
    {
      id: 'kill-append-in-two-parts',
      file: 'libs/event-store/src/journal.ts',
      find: '      const outcome = await this.parts.store.append(stream, expected, events);',
      replace: `      let outcome = await this.parts.store.append(stream, expected, events.slice(0, 1));
      if (outcome.outcome === 'appended' && events.length > 1) {
        const { firstRevision } = outcome;
        outcome = await this.parts.store.append(stream, firstRevision, events.slice(1));
        if (outcome.outcome === 'appended') outcome = { ...outcome, firstRevision };
      }`,
    },
    {
      id: 'kill-request-taken-up-under-another-id',
      file: 'apps/web/src/http/requests.ts',
      find: '    return { commandId: row.command_id, again: true };',
      replace: '    return { commandId: newId(), again: true };',
    },
  ],

  async run(round) {
    const { count, random, signal, done, violation, counted } = round;
    const database = await createTestDatabase(eventStoreMigrations);
    const operator = new Client({ connectionString: database.url });
    await operator.connect();
    await buildPauses(operator);
    const store = new PostgresEventStore({ pool: database.application });
    const witness = new LogWitness();
    const stock: Commands[] = [];
    const take = async (): Promise<Commands> => {
      while (stock.length <= IN_STOCK)
        stock.push(
          spawnProgram<CommandsSaid>(
            'test/faults/programs/commands.ts',
            { url: database.url } satisfies CommandsSettings,
            { edits: CRASH_POINTS },
          ),
        );
      const process = stock.shift()!;
      await process.says((said) => 'ready' in said);
      return process;
    };
    const streams = Array.from({ length: MOST_COMMANDS }, () => ({ name: `note-${randomUUID()}`, last: -1, kills: 0 }));
    let web: WebKills | undefined;

    /** The command as it was answered, which the log must bear out. */
    const acknowledge = (said: Recorded): void => witness.acknowledged(said.ids[0]!, said.firstRevision, said.position);

    const killOnce = async (process: Commands, point: string): Promise<Commands> => {
      const wanted = point.startsWith('several') || point.startsWith('one') ? point.split(':')[0] : undefined;
      const size = wanted === 'several' ? MOST_COMMANDS : wanted === 'one' ? 1 : 1 + random.below(MOST_COMMANDS);
      const commands = streams.slice(0, size).map((stream): TakeNotes => {
        if (stream.kills++ === KILLS_A_STREAM)
          Object.assign(stream, { name: `note-${randomUUID()}`, last: -1, kills: 1 });
        const notes = wanted === 'one' ? 1 : (point.startsWith('many') ? 2 : 1) + random.below(MOST_NOTES);
        const commandId = randomUUID();
        witness.proposed(
          stream.name,
          Array.from({ length: notes }, (_, n) => derivedId(commandId, n)),
        );
        return { commandId, stream: stream.name, notes, expected: stream.last < 0 ? 'no_stream' : stream.last };
      });

      const isPause = PAUSES.includes(point);
      if (isPause) await holdPause(operator, point);
      process.tell({ commands, ...(isPause ? {} : { crashAt: point }) } satisfies ToldCommands);
      let replies = 0;
      const answers = commands.map(({ commandId }) =>
        process
          .says((said) => 'commandId' in said && said.commandId === commandId)
          .then(
            (said) => {
              replies++;
              if ('ids' in said) acknowledge(said);
              else violation(`the first sending was answered ${JSON.stringify(said)}`);
              return true;
            },
            () => false,
          ),
      );
      let over = false;
      void process.ended.then(() => (over = true));
      if (isPause) {
        let pid: number | undefined;
        while (!over && replies < commands.length && (pid = await backendAt(operator, point)) === undefined);
        counted(
          pid === undefined
            ? 'kills of a process that did not come to its point'
            : 'kills while Postgres was at a point',
        );
        process.kill('SIGKILL');
        await process.ended;
        if (pid !== undefined && random.below(3) === 0) {
          await operator.query('select pg_terminate_backend($1, 5000)', [pid]);
          counted('backends ended as well');
        }
        await endPause(operator, point);
      } else {
        // One that does not come to its point is killed when it has answered.
        await Promise.race([process.ended, Promise.all(answers)]);
        if (!over) process.kill('SIGKILL');
        await process.ended;
      }
      const told = await Promise.all(answers);

      // Sometimes another has written to the stream before the command is sent again.
      const rivals = new Map<string, string>();
      if (random.below(4) === 0)
        for (const { name } of streams.slice(0, size)) {
          const rival = { id: randomUUID(), type: 'NoteTaken', data: { number: 0 }, metadata: { schemaVersion: 1 } };
          const last = (await streamOf(store, name)).at(-1)?.revision;
          witness.proposed(name, [rival.id]);
          const outcome = await store.append(name, last ?? 'no_stream', [rival]);
          // The killed one's backend may have been faster.
          if (outcome.outcome !== 'appended') continue;
          witness.acknowledged(rival.id, outcome.firstRevision, outcome.position);
          rivals.set(name, rival.id);
        }

      const next = await take();
      next.tell({ commands } satisfies ToldCommands);
      for (const [at, { commandId, stream, notes, expected }] of commands.entries()) {
        const said = await next.says((one) => 'commandId' in one && one.commandId === commandId);
        const first = expected === 'no_stream' ? 0 : expected + 1;
        const there = await streamOf(store, stream, first);
        streams[at]!.last = first + there.length - 1;
        const own = there.filter(({ id }) => id !== rivals.get(stream)).map(({ id }) => id);
        const ids = Array.from({ length: notes }, (_, n) => derivedId(commandId, n));
        counted(told[at] ? 'commands answered before the kill' : 'commands not answered before the kill');
        if ('ids' in said) acknowledge(said);
        const isRight =
          'ids' in said
            ? said.firstRevision === first && own.join() === ids.join() && said.ids.join() === ids.join()
            : 'stale' in said && rivals.has(stream) && own.length === 0;
        if (!isRight)
          violation(
            `killed at "${point}": ${notes} notes at ${expected}, sent again, were answered ${JSON.stringify(said)}; ` +
              `${own.filter((id) => ids.includes(id)).length} of them and ${own.filter((id) => !ids.includes(id)).length} others are there`,
          );
      }
      return next;
    };

    try {
      let process = await take();
      for (let n = 0, at = 0; n < count && !signal.aborted; n++) {
        if (n % KILLS_A_WEB_KILL === FIRST_WEB_KILL) {
          web ??= await startWebKills(round);
          await web.kill();
          counted('kills of the whole web application');
        } else process = await killOnce(process, POINTS[at++ % POINTS.length]!);
        done();
      }
      (await witness.broken(store)).forEach(violation);
      counted('appends acknowledged', witness.acknowledgements);
    } finally {
      stock.forEach((process) => process.kill('SIGKILL'));
      await web?.close();
      await store.close();
      await operator.end();
      await database.drop();
    }
  },
};

interface WebKills {
  kill(): Promise<void>;
  close(): Promise<void>;
}

/** A school refers children over the API, and the application is killed over it. */
async function startWebKills({ folder, random, violation, counted }: Round): Promise<WebKills> {
  const empty = await createEmptyDatabase();
  const start = (people: boolean, crashAt?: string): Program<ApplicationSaid> =>
    spawnProgram<ApplicationSaid>(
      'test/faults/programs/application.ts',
      // The first makes the read models; after it nobody keeps them.
      { projections: people, people } satisfies ApplicationSettings,
      {
        env: { DATABASE_URL: empty.url, EVENHAND_DATA: `${folder}/web`, ...(crashAt ? { CRASH_AT: crashAt } : {}) },
        edits: [
          ...CRASH_POINTS,
          ...REQUEST_CRASH_POINTS,
          // Nobody waits for them.
          { file: 'apps/web/src/actions/call.ts', find: 'const WAIT_MS = 2_000;', replace: 'const WAIT_MS = 1;' },
        ],
      },
    );
  const urlOf = async (process: Program<ApplicationSaid>): Promise<string> =>
    (await process.says((said) => said.url !== undefined)).url!;

  const founder = start(true);
  const { url, referrer } = await founder.says((said) => said.url !== undefined);
  const session = await fetch(`${url}/api/session`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ person: referrer }),
  });
  const cookie = (session.headers.get('set-cookie') ?? '').split(';')[0]!;
  founder.kill('SIGKILL');
  await founder.ended;
  const operator = new Client({ connectionString: empty.url });
  await operator.connect();
  const headOf = async (): Promise<number> =>
    Number((await operator.query('select count(*) as count from log.events')).rows[0].count);

  const send = async (at: string, key: string, body: object) => {
    const answer = await fetch(`${at}/api/cases`, {
      method: 'POST',
      headers: { cookie, 'Content-Type': 'application/json', 'Idempotency-Key': key },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    return { status: answer.status, text, document: JSON.parse(text) as Record<string, unknown> };
  };

  let turn = 0;
  return {
    async kill() {
      const crashAt = REQUEST_CRASHES[turn++ % REQUEST_CRASHES.length]!;
      const [dying, next] = [start(false, crashAt), start(false)];
      const [key, body, before] = [randomUUID(), referral(), await headOf()];
      const where = await urlOf(dying);
      const first = await send(where, key, body).catch(() => undefined);
      if (first) violation(`the application answered ${first.status} and did not come to "${crashAt}"`);
      dying.kill('SIGKILL');
      await dying.ended;
      const again = await urlOf(next);
      let answer = await send(again, key, body);
      while (answer.document['code'] === 'request-in-flight') {
        // The five seconds in which the dead process might still be at it.
        await operator.query(`update app.requests set held_until = now() where state = 'reserved'`);
        counted('answered "being worked on" after a kill');
        answer = await send(again, key, body);
      }
      const events = (answer.document['events'] ?? []) as readonly { id: string }[];
      const { rows } = await operator.query('select id from log.events where stream = $1', [
        `case-${String(answer.document['caseId'])}`,
      ]);
      const told = `web killed at "${crashAt}": a referral, sent again, was answered ${answer.status} ${answer.text}`;
      if (answer.status !== 201 || events.length !== 1 || rows.map(({ id }) => id).join() !== events[0]!.id)
        violation(`${told}; ${rows.length} events are in its stream`);
      // The child's stream and the case's have one event each.
      const added = (await headOf()) - before;
      if (added !== 2) violation(`${told}; ${added} events were added to the log, not 2`);
      const third = await send(again, key, body);
      if (third.status !== answer.status || !isDeepStrictEqual(third.document, answer.document))
        violation(`${told}, and the next time ${third.status} ${third.text}`);
      const other = await send(again, key, { ...body, headSignOff: random.below(2) === 0, requested: 'noChange' });
      if (other.status !== 422 || other.document['code'] !== 'idempotency-key-reused')
        violation(`${told}, and another request under its key ${other.status} ${other.text}`);
      next.kill('SIGKILL');
      await next.ended;
    },
    async close() {
      await operator.end();
      await empty.drop();
    },
  };
}
