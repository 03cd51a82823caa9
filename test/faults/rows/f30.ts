import { PostgresEventStore } from '@app/event-store';
import { Pool } from 'pg';
import { createEmptyDatabase } from '../../support/database';
import { LogWitness, logOf } from '../log-witness';
import { PeopleAtWork } from '../people';
import { type Program, spawnProgram } from '../processes';
import type { ApplicationSaid, ApplicationSettings } from '../programs/application';
import type { Row } from '../row';

const PEOPLE = 8;
/** A stop comes so long after the new process has taken over at most. */
const MOST_QUIET_MS = 150;
const STOP_MS = 10_000;

/** What the real programs write to their log: where they listen is in one of the lines. */
interface Logged {
  readonly message: string;
}

export const row: Row = {
  id: 'F30',
  title:
    'web or worker is told to stop (SIGTERM) under load: it ends in 10 seconds with exit code 0, every request is answered or fails before anything is recorded, and every acknowledged event is in the log (I1 to I5)',
  unit: 'stops',
  goal: 1_000,
  bounded: 3,
  round: 40,
  plantedBugs: [
    {
      id: 'stop-cuts-requests-off',
      file: 'apps/web/src/main.ts',
      find: '      await gate.stop();\n',
      replace: '',
    },
  ],

  async run({ count, folder, random, signal, done, violation, measured, counted }) {
    const database = await createEmptyDatabase();
    const env = { DATABASE_URL: database.url, EVENHAND_DATA: folder, EVENHAND_LOG: 'json', PORT: '0' };
    const start = async (program: 'web' | 'worker'): Promise<{ program: Program<Logged>; url: string }> => {
      const started = spawnProgram<Logged>(`apps/${program}/src/main.ts`, {}, { env });
      const { message } = await started.says((logged) => /http:\/\/\S+/.test(logged.message));
      return { program: started, url: /http:\/\/[^/\s]+/.exec(message)![0].replace('localhost', '127.0.0.1') };
    };
    /** Two of three times the web, which has requests under way. */
    const kindOf = (stop: number): 'web' | 'worker' => (stop % 3 === 2 ? 'worker' : 'web');
    const first = spawnProgram<ApplicationSaid>(
      'test/faults/programs/application.ts',
      { projections: true, people: true } satisfies ApplicationSettings,
      { env },
    );
    const { referrer } = await first.says(({ url }) => url !== undefined);
    first.kill('SIGKILL');
    const pool = new Pool({ connectionString: database.url, max: 2 });
    pool.on('error', () => undefined);
    const log = new PostgresEventStore({ pool });
    const witness = new LogWitness();
    const [web, worker, next] = await Promise.all([start('web'), start('worker'), start(kindOf(0))]);
    const current = { web, worker };
    let ahead = Promise.resolve(next);
    const lost = new Map<string, number>();
    const people = new PeopleAtWork({
      url: () => current.web.url,
      referrer: referrer!,
      witness,
      violation,
      counted,
      lost: (eventId, at) => lost.set(eventId, at),
    });
    try {
      await people.arrive(PEOPLE);
      await witness.knows(log);
      people.begin();
      let stops = 0;
      for (; stops < count && !signal.aborted; stops++) {
        const kind = kindOf(stops);
        const successor = await ahead;
        await new Promise((resolve) => setTimeout(resolve, random.below(MOST_QUIET_MS)));
        const { program } = current[kind];
        const begun = performance.now();
        program.kill('SIGTERM');
        const code = await program.ended;
        current[kind] = successor;
        if (stops + 1 < count) ahead = start(kindOf(stops + 1));
        const ms = performance.now() - begun;
        measured(`until the ${kind} had stopped`, ms, 'ms');
        if (code !== 0 || ms > STOP_MS)
          violation(
            `the ${kind} ended with ${code} ${Math.round(ms)} ms after SIGTERM; exit code 0 within ${STOP_MS} ms was expected`,
          );
        if ((await people.firstRecorded()) === undefined)
          return violation(
            `nothing was recorded in the minute after the ${kind} was stopped, or nobody is at work any more`,
          );
      }
      await people.stop();
      (await witness.broken(log)).forEach(violation);
      for (const { id, metadata } of await logOf(log)) {
        const lostAt = lost.get(id);
        if (lostAt !== undefined && Date.parse(String(metadata['recordedAt'])) < lostAt)
          violation(
            `event ${id} was recorded at ${String(metadata['recordedAt'])} by a request whose sender was left without an answer`,
          );
      }
      done(stops);
    } finally {
      const left = [current.web, current.worker, await ahead];
      left.forEach(({ program }) => program.kill('SIGKILL'));
      await Promise.all(left.map(({ program }) => program.ended));
      await log.close();
      await pool.end();
      await database.drop();
    }
  },
};
