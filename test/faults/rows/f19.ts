import { compareWithLog, hashOf, ProjectionRunner } from '@app/projections';
import { isDatabaseAway } from '@app/database';
import { setTimeout as pause } from 'node:timers/promises';
import { City, hashesOf, partsOn, projections } from '../city';
import type { Row } from '../row';

/** Events of a bounded run's log, and of a full one's. */
const FEW = 300;
const MANY = 4_000;
/** Longer than any rebuild of such a log takes: whoever is not there by then does not come. */
const LIMIT_MS = 60_000;

export const row: Row = {
  id: 'F19',
  title:
    'tables of the read models are dropped at a random moment while they are kept up to date: they are built anew beside ' +
    'and swapped in, by the runner itself; whoever reads meanwhile gets what is right or is refused, never what is half built',
  unit: 'events rebuilt',
  goal: 1_000_000,
  bounded: 600,
  round: 40_000,
  plantedBugs: [
    {
      id: 'lost-tables-made-again-in-place',
      file: 'libs/projections/src/checkpoints.ts',
      find: '    const { rows } = await client.query<Row>(\n',
      replace: `    if (made.rowCount !== 1 && !(await tablesExist(client, projection, LIVE))) {
      await createTables(client, projection, LIVE);
      await grantReading(client, projection);
      await client.query('UPDATE read.checkpoints SET position = NULL, events = 0 WHERE projection = $1', [projection.name]);
    }
    const { rows } = await client.query<Row>(\n`,
    },
    {
      id: 'lost-tables-not-noticed',
      file: 'libs/projections/src/runner.ts',
      find: '    if (lost.length === 0) return;\n',
      replace: '    if (lost.length >= 0) return;\n',
    },
  ],

  async run({ count, random, signal, done, violation, counted, measured }) {
    const city = await City.create(random);
    const { database } = city;
    const logger = { log: () => undefined, warn: () => undefined, error: () => undefined };
    const runner = new ProjectionRunner({ ...partsOn(database), projections, logger, leaseMs: 3_000, batch: 100 });
    let looking = false;
    try {
      await city.grow(count >= 10_000 ? MANY : FEW, signal);
      await runner.start();
      await runner.catchUp();
      for (let rebuilt = 0; rebuilt < count && !signal.aborted;) {
        const lost = random.below(2) === 0 ? projections : [random.pick(projections)];
        const tables = lost.flatMap((projection) =>
          random.below(2) === 0 ? projection.tables : [random.pick(projection.tables)],
        );
        const right = await hashesOf(database);
        const quiet = random.below(2) === 0;
        looking = true;
        // Half of the time nothing is appended, and every row that is read can be told right from wrong.
        const writing = quiet ? Promise.resolve() : city.grow(20);
        const { rows } = await database.application.query<{ n: number }>(
          'SELECT count(*)::int AS n FROM read.case_list',
        );
        const atLeast = rows[0]!.n;
        const reader = async (): Promise<void> => {
          while (looking) {
            try {
              if (quiet) {
                const projection = random.pick(projections);
                const seen = await hashOf(database.application, projection);
                counted('reads');
                if (seen !== right[projections.indexOf(projection)])
                  violation(
                    `${projection.name} was read half built, after ${tables.map(({ name }) => name).join(', ')} were dropped`,
                  );
              } else {
                const found = await database.application.query<{ n: number }>(
                  'SELECT count(*)::int AS n FROM read.case_list',
                );
                counted('reads');
                if (found.rows[0]!.n < atLeast)
                  violation(`the list of cases had ${found.rows[0]!.n} rows, and ${atLeast} before it was lost`);
              }
            } catch (error) {
              counted('reads refused');
              if (!isDatabaseAway(error))
                violation(`a read failed with ${String(error)}, for which the pages have no 503`);
            }
          }
        };
        const readers = [reader(), reader()];
        await pause(random.below(30));
        const began = performance.now();
        await database.projector.query(`DROP TABLE ${tables.map(({ name }) => `read.${name}`).join(', ')}`);
        await writing;
        const names = lost.map(({ name }) => name);
        for (;;) {
          const { rows: standing } = await database.projector.query<{ there: boolean }>(
            `SELECT bool_and(c.state = 'running' AND c.position::bigint >= $2
                     AND NOT EXISTS (SELECT FROM unnest(c.tables) t WHERE to_regclass('read.' || t) IS NULL)) AS there
               FROM read.checkpoints c WHERE c.schema = 'read' AND projection = ANY ($1)`,
            [names, city.length],
          );
          if (standing[0]?.there) break;
          if (performance.now() - began > LIMIT_MS) {
            violation(`${names.join(', ')} were not built anew within ${LIMIT_MS} ms`);
            return;
          }
        }
        measured('there again after', performance.now() - began, 'ms');
        looking = false;
        await Promise.all(readers);
        await runner.catchUp();
        for (const { projection, comparison } of await compareWithLog(partsOn(database), lost))
          if (comparison !== 'equal') violation(`${projection} as it was built anew is ${comparison} to the log`);
        if (quiet)
          (await hashesOf(database)).forEach((hash, n) => {
            if (hash !== right[n]) violation(`${projections[n]!.name} is another one than before it was lost`);
          });
        for (const wrong of await city.wrongMonths()) violation(wrong);
        counted('tables dropped', tables.length);
        counted('losses');
        rebuilt += city.length;
        done(Math.min(city.length, count - (rebuilt - city.length)));
      }
    } finally {
      looking = false;
      await runner.stop();
      await city.close();
    }
  },
};
