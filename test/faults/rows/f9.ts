import { setTimeout as pause } from 'node:timers/promises';
import { notes, witness } from '../../../libs/projections/src/testing/notes';
import { NAMES_OF_MOMENTS, NoteLog, type Projector, startProjector, urlOfProjector } from '../projecting';
import type { Row } from '../row';

/** 5 s in the application, and a pause of 60 s in the matrix: scaled down, so that a thousand pauses are possible. */
const LEASE_MS = 200;
const PROJECTORS = 5;
/** Then a new log begins. */
const PAUSES_A_LOG = 50;
const LIMIT_MS = 60_000;
/** Where an owner stands still: it must not come to the end of its batch by itself. */
const MOMENTS = NAMES_OF_MOMENTS.filter((name) => !['afterTables', 'afterLease', 'afterRenewal'].includes(name));

export const row: Row = {
  id: 'F9',
  title:
    'two or five projectors of one name, of which the owner stands still past its lease (200 ms here, for 60 s and 5 s in ' +
    'the matrix) at every point of a batch and then goes on: no event is applied twice, none is missing (I6)',
  unit: 'pauses',
  goal: 1_000,
  bounded: 9,
  round: 100,
  plantedBugs: [
    {
      id: 'projection-checkpoint-without-epoch',
      file: 'libs/projections/src/lane.ts',
      find: '              updated_at = clock_timestamp()\n        WHERE projection = $1 AND schema = $2 AND owner_epoch = $3`',
      replace:
        '              updated_at = clock_timestamp()\n        WHERE projection = $1 AND schema = $2 AND $3::bigint IS NOT NULL`',
    },
    {
      id: 'projection-epoch-kept-at-change-of-owner',
      file: 'libs/projections/src/lane.ts',
      find: 'SET owner = $3, owner_epoch = owner_epoch + 1,',
      replace: 'SET owner = $3,',
    },
  ],

  async run({ count, random, signal, done, violation, counted, measured }) {
    let pauses = 0;
    while (pauses < count && !signal.aborted) {
      const log = await NoteLog.create(random);
      const settings = {
        url: urlOfProjector(log.database),
        projections: ['notes', 'witness'] as const,
        leaseMs: LEASE_MS,
      };
      const projectors = Array.from({ length: PROJECTORS }, () => startProjector(settings));
      const all = (harm: NodeJS.Signals, but?: Projector): void =>
        projectors.forEach((one) => one !== but && one.kill(harm));
      try {
        for (const projector of projectors) {
          projector.tell({ begin: 'unharmed' });
          await projector.says((said) => 'begun' in said);
        }
        const upTo = Math.min(count, pauses + PAUSES_A_LOG);
        for (; pauses < upTo && !signal.aborted; pauses++) {
          const moment = MOMENTS[pauses % MOMENTS.length]!;
          const victim = projectors[random.below(PROJECTORS)]!;
          const rival = random.pick(projectors.filter((one) => one !== victim));
          const five = pauses % 2 === 1;
          // The others stand still until this one has taken over from them: then it is the owner.
          all('SIGSTOP', victim);
          victim.tell({ begin: { moment, nth: 1 + random.below(3), signal: 'SIGSTOP' } });
          const harmed = victim.says((said) => 'harmed' in said);
          let still = false;
          void harmed.then(
            () => (still = true),
            () => undefined,
          );
          const limit = performance.now() + LIMIT_MS;
          while (!still) {
            if (performance.now() > limit) throw new Error(`The moment ${moment} never came.`);
            await log.write(1 + random.below(4));
            await Promise.race([harmed, pause(random.below(20))]);
          }
          const began = performance.now();
          await log.write(1 + random.below(10));
          if (five) all('SIGCONT', victim);
          else rival.kill('SIGCONT');
          await log.caughtUp([notes, witness]);
          measured('another owner has caught up after', performance.now() - began, 'ms');
          // It goes on with what it has in its hands, while the others write.
          victim.kill('SIGCONT');
          await log.write(5 + random.below(10));
          await log.caughtUp([notes, witness]);
          all('SIGCONT');
          counted(`stood still ${moment}`);
          counted(`with ${five ? PROJECTORS : 2} projectors`);
          for (const wrong of await log.wrong()) violation(`stood still ${moment}: ${wrong}`);
          done();
        }
      } finally {
        all('SIGKILL');
        await Promise.all(projectors.map(({ ended }) => ended));
        await log.close();
      }
    }
  },
};
