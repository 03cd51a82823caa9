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
  // Almost always: the lock is taken first and held to the commit.
  'holder of the append lock': `state = 'active' AND query LIKE '%log.append%'`,
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
      id: 'lease-taken-from-its-owner',
      file: 'libs/projections/src/lane.ts',
      find: '(owner IS NULL OR owner = $3 OR lease_until < clock_timestamp())',
      replace: 'true',
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
    /** By read model: who owned it last, under which epoch and until when. */
    const owners = new Map<string, Lane>();
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
        const { rows: lanes } = await operator.query<Lane>(
          `SELECT projection, state, owner_epoch::int AS epoch, owner, extract(epoch FROM lease_until)::float8 AS until,
             extract(epoch FROM clock_timestamp())::float8 AS now
           FROM read.checkpoints WHERE schema = 'read'`,
        );
        for (const lane of lanes) {
          const before = owners.get(lane.projection);
          if (lane.state !== 'running') violation(`the read model ${lane.projection} is ${lane.state} after a kill`);
          const other = before !== undefined && lane.owner !== before.owner;
          if (other && (before.until > lane.now || lane.epoch <= before.epoch))
            violation(
              `two keep the read model ${lane.projection}: ${JSON.stringify(before)}, then ${JSON.stringify(lane)}`,
            );
          owners.set(lane.projection, lane);
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

interface Lane {
  readonly projection: string;
  readonly state: string;
  readonly owner: string | null;
  readonly epoch: number;
  /** Seconds since 1970, by the database's clock: when the lease ends, and now. */
  readonly until: number;
  readonly now: number;
}
