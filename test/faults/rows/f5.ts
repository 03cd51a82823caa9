import { Client } from 'pg';
import { spawnProgram } from '../processes';
import type { ApplicationSaid, ApplicationSettings } from '../programs/application';
import type { Row } from '../row';
import { startWholeApplication } from '../whole-application';

const PEOPLE = 4;
const APPENDERS = 8;
/** Between two kills. */
const MOST_QUIET_MS = 60;
/** A standstill of 10 seconds is a violation (reliability-and-privacy.md 7.1). */
const STALL_MS = 10_000;

/** Whom a kill is meant for; where there is none such at the moment, anybody's. */
const VICTIMS: Readonly<Record<string, string>> = {
  anybody: 'true',
  'holder of the append lock': `pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted
    AND (classid::bigint << 32 | objid::bigint) = 5005299560740908644)`,
  // It asks for the end of the log, which is how this log is followed (there is no LISTEN).
  'follower of the log': `query LIKE 'select max(position) as head%'`,
  projector: `application_name = 'evenhand: projector'`,
  'writer of a read model': `application_name = 'evenhand: projector' AND state <> 'idle'`,
  'who says that the server is in use': `application_name = 'evenhand: in use'`,
};

export const row: Row = {
  id: 'F5',
  title:
    'backends are terminated under the whole application at work, those that hold the append lock, follow the log and keep the read models among them: nobody waits 10 seconds, no read model stops, each has one owner, and I1 to I5 hold',
  unit: 'kills',
  goal: 5_000,
  bounded: 30,
  plantedBugs: [
    {
      id: 'terminated-append-told-as-success',
      file: 'libs/event-store/src/postgres/appender.ts',
      find: `      if (isOutage(error)) return batch;
      batch.forEach((append) => append.fail(error));`,
      replace: `      batch.forEach((append) => append.settle(appendedAt(append, '1')));`,
    },
    {
      id: 'termination-taken-for-poison',
      file: 'libs/projections/src/faults.ts',
      find: '|57|58|25P0[34]|XX)',
      replace: '|58|25P0[34]|XX)',
    },
  ],

  async run(round) {
    const { count, folder, random, signal, done, violation, measured, counted } = round;
    const application = await startWholeApplication(round, {
      people: PEOPLE,
      appenders: APPENDERS,
      settled: (ms) => {
        measured('wait until recorded', ms, 'ms');
        if (ms > STALL_MS) violation(`somebody waited ${Math.round(ms)} ms until it was recorded`);
      },
    });
    // Another that would keep the read models up to date.
    const other = spawnProgram<ApplicationSaid>(
      'test/faults/programs/application.ts',
      { projections: true, people: false } satisfies ApplicationSettings,
      { env: { EVENHAND_DATA: folder } },
    );
    await other.says(() => true);
    const operator = new Client({ connectionString: application.postgres.url });
    await operator.connect();
    /** By read model: who owned it last and under which epoch. */
    const owners = new Map<string, { epoch: number; owner: string | null }>();
    try {
      let kills = 0;
      while (kills < count && !signal.aborted) {
        await new Promise((resolve) => setTimeout(resolve, random.below(MOST_QUIET_MS)));
        const wanted = random.pick(Object.keys(VICTIMS));
        const { rows: killed } = await operator.query<{ wanted: boolean }>(
          `SELECT wanted, pg_terminate_backend(pid) FROM (
             SELECT pid, ${VICTIMS[wanted]} AS wanted FROM pg_stat_activity
              WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
              ORDER BY 2 DESC NULLS LAST, random() LIMIT 1) AS victim`,
        );
        if (killed.length === 0) continue;
        kills++;
        counted(`killed: ${killed[0]!.wanted ? wanted : 'anybody instead'}`);
        const { rows: lanes } = await operator.query<{
          projection: string;
          state: string;
          epoch: number;
          owner: string | null;
        }>(`SELECT projection, state, owner_epoch::int AS epoch, owner FROM read.checkpoints WHERE schema = 'read'`);
        for (const { projection, state, epoch, owner } of lanes) {
          const before = owners.get(projection);
          if (state !== 'running') violation(`the read model ${projection} is ${state} after a kill`);
          if (before && (epoch < before.epoch || (epoch === before.epoch && owner !== before.owner && owner !== null)))
            violation(
              `the read model ${projection} went from ${JSON.stringify(before)} to ${JSON.stringify({ epoch, owner })}`,
            );
          owners.set(projection, { epoch, owner });
        }
      }
      if ((await application.people.firstRecorded()) === undefined)
        return violation('nothing was recorded in the minute after the last kill, or nobody is at work any more');
      (await application.settle()).forEach(violation);
      (await application.readModelsThatDiffer()).forEach((name) =>
        violation(`the read model ${name} is not what a rebuild of it is (I6)`),
      );
      done(kills);
    } finally {
      other.kill('SIGKILL');
      await Promise.all([other.ended, operator.end()]);
      await application.close();
    }
  },
};
