import { Client } from 'pg';
import type { Row } from '../row';
import { startWholeApplication, type WholeApplication } from '../whole-application';

const PEOPLE = 4;
const APPENDERS = 4;
/** A crash comes so long after the first success at most. */
const MOST_QUIET_MS = 150;

/** The ways in which Postgres dies without having put its things in order. */
const CRASHES: Readonly<Record<string, (application: WholeApplication) => Promise<void>>> = {
  'kill -9 of the server': async ({ serverPid }) => void process.kill(serverPid(), 'SIGKILL'),
  // What `pg_ctl stop -m immediate` sends.
  'immediate stop': async ({ serverPid }) => void process.kill(serverPid(), 'SIGQUIT'),
  'kill -9 of a backend': async ({ postgres }) => {
    const client = new Client({ connectionString: postgres.url });
    client.on('error', () => undefined);
    await client.connect();
    const { rows } = await client.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND application_name = 'evenhand: application'
       ORDER BY state = 'active' DESC, random() LIMIT 1`,
    );
    if (rows[0]) process.kill(rows[0].pid, 'SIGKILL');
    await client.end().catch(() => undefined);
  },
};

export const row: Row = {
  id: 'F3',
  title:
    'Postgres crashes under the whole application at work (server or backend killed, immediate stop): it is started again, the pages say 503 and nothing wrong meanwhile, and every acknowledged event is in the log (I1 to I5)',
  unit: 'crashes',
  goal: 2_000,
  bounded: 4,
  round: 100,
  plantedBugs: [
    {
      id: 'unanswered-append-told-as-success',
      file: 'libs/event-store/src/postgres/appender.ts',
      find: `      if (isOutage(error)) return batch;
      batch.forEach((append) => append.fail(error));
      return [];`,
      replace: `      batch.forEach((append) => append.settle(appendedAt(append, '1')));
      return [];`,
    },
    {
      id: 'crash-of-postgres-told-as-fault',
      file: 'libs/database/src/away.ts',
      find: '|53|55P03|57|58|',
      replace: '|53|55P03|58|',
    },
  ],

  async run(round) {
    const { count, random, signal, done, violation, measured, counted } = round;
    const application = await startWholeApplication(round, { people: PEOPLE, appenders: APPENDERS });
    try {
      let crashes = 0;
      for (; crashes < count && !signal.aborted; crashes++) {
        await new Promise((resolve) => setTimeout(resolve, random.below(MOST_QUIET_MS)));
        const crash = random.pick(Object.keys(CRASHES));
        const begun = performance.now();
        await CRASHES[crash]!(application);
        counted(crash);
        if ((await application.people.firstRecorded()) === undefined)
          return violation(`nothing was recorded in the minute after a ${crash}, or nobody is at work any more`);
        measured('first success after a crash', performance.now() - begun, 'ms');
      }
      (await application.settle()).forEach(violation);
      done(crashes);
    } finally {
      await application.close();
    }
  },
};
