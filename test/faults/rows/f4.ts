import { stopServer } from '@app/embedded-postgres';
import type { Row } from '../row';
import { startWholeApplication } from '../whole-application';

/** Eight writers in all. */
const PEOPLE = 4;
const APPENDERS = 4;
const MOST_QUIET_MS = 150;

export const row: Row = {
  id: 'F4',
  title:
    'Postgres is stopped in good order and started again under eight writers: no answer but 503 is a 5xx, no outcome that is not known is taken for success (I1 to I5)',
  unit: 'restarts',
  goal: 500,
  bounded: 4,
  round: 50,
  plantedBugs: [
    {
      id: 'restart-of-postgres-told-as-fault',
      file: 'libs/database/src/away.ts',
      find: '|57|58|',
      replace: '|58|',
    },
  ],

  async run(round) {
    const { count, folder, random, signal, done, violation, measured } = round;
    const application = await startWholeApplication(round, { people: PEOPLE, appenders: APPENDERS });
    try {
      let restarts = 0;
      for (; restarts < count && !signal.aborted; restarts++) {
        await new Promise((resolve) => setTimeout(resolve, random.below(MOST_QUIET_MS)));
        const begun = performance.now();
        // `pg_ctl stop -m fast`; whoever uses the server starts it again.
        await stopServer(folder);
        if ((await application.people.firstRecorded()) === undefined)
          return violation('nothing was recorded in the minute after a restart, or nobody is at work any more');
        measured('first success after a restart began', performance.now() - begun, 'ms');
      }
      (await application.settle()).forEach(violation);
      done(restarts);
    } finally {
      await application.close();
    }
  },
};
