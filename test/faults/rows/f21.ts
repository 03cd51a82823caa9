import { compareWithLog, hashOf, ProjectionRunner, rebuild } from '@app/projections';
import { City, hashesOf, partsOn, projections } from '../city';
import type { Row } from '../row';

const EVENTS = 300;
const TAMPERINGS = ['back', 'forward', 'forwardWithItsCount', 'pastTheEnd', 'deleted'] as const;
/** Folds each event onto the one before, so it cannot tell an old batch from a new one: it is found out by the audit. */
const ONLY_FORWARD = 'log_digest';

export const row: Row = {
  id: 'F21',
  title:
    'a checkpoint of a read model of the application is put back (nothing changes, or the audit sees it), put forward ' +
    '(the audit by count or by hash sees it), put past the end or deleted (it is built anew)',
  unit: 'tamperings',
  goal: 200,
  bounded: 10,
  round: 40,
  plantedBugs: [
    {
      id: 'read-model-compared-with-itself',
      file: 'libs/projections/src/rebuild.ts',
      find: `(await hashWithin(client, projection, LIVE)) === (await hashWithin(client, projection, schema))`,
      replace: `(await hashWithin(client, projection, LIVE)) === (await hashWithin(client, projection, LIVE))`,
    },
    {
      id: 'checkpoint-past-the-end-accepted',
      file: 'libs/projections/src/checkpoints.ts',
      find: 'store.compare(row.position, head) > 0)',
      replace: 'store.compare(row.position, head) > 1)',
    },
    {
      id: 'checkpoint-deleted-and-tables-filled-in-place',
      file: 'libs/projections/src/checkpoints.ts',
      find: 'const lost = made.rowCount === 1 && (await someTableExists(client, projection, LIVE));',
      replace: 'const lost = made.rowCount === 1 && false && (await someTableExists(client, projection, LIVE));',
    },
  ],

  async run({ count, random, signal, done, violation, counted }) {
    const city = await City.create(random);
    const { database } = city;
    const parts = () => partsOn(database);
    const sql = (text: string, params: unknown[] = []) => database.projector.query(text, params);
    const logger = { log: () => undefined, warn: () => undefined, error: () => undefined };
    const start = async (): Promise<ProjectionRunner> => {
      const runner = new ProjectionRunner({ ...parts(), projections, logger, leaseMs: 1_000 });
      await runner.start();
      return runner;
    };
    /** Counted as `evenhand verify` does: what the log has up to a checkpoint, and what the checkpoint says. */
    const miscounted = async (name: string): Promise<boolean> => {
      const { rows } = await sql(
        `SELECT c.events <> (SELECT count(*) FROM log.events e WHERE e.position <= c.position::bigint) AS wrong
           FROM read.checkpoints c WHERE projection = $1 AND schema = 'read'`,
        [name],
      );
      return (rows[0] as { wrong: boolean }).wrong;
    };
    try {
      await city.grow(EVENTS);
      await (await start()).stop();
      const first = new ProjectionRunner({ ...parts(), projections, logger });
      await first.catchUp();
      const right = await hashesOf(database);
      const head = Number(await city.store.head());

      for (let n = 0; n < count && !signal.aborted; n++) {
        const how = TAMPERINGS[n % TAMPERINGS.length]!;
        const projection = random.pick(projections);
        const at = projections.indexOf(projection);
        const { name } = projection;
        const say = (what: string): void => violation(`${name}, ${how}: ${what}`);
        const to = (position: number, events: number) =>
          sql(`UPDATE read.checkpoints SET position = $2, events = $3 WHERE projection = $1`, [
            name,
            String(position),
            events,
          ]);
        const own = await sql('SELECT events FROM read.checkpoints WHERE projection = $1', [name]);
        const events = Number((own.rows[0] as { events: string }).events);
        const isRight = async (): Promise<boolean> => (await hashOf(database.projector, projection)) === right[at];

        if (how === 'back') {
          await to(random.below(head), events);
          await (await start().then(async (runner) => (await runner.catchUp(), runner))).stop();
          if (!(await miscounted(name))) say('the audit counts right, though events were applied again');
          if (name !== ONLY_FORWARD && !(await isRight())) say('the events applied again changed it');
        } else if (how === 'deleted') {
          await sql('DELETE FROM read.checkpoints WHERE projection = $1', [name]);
          const slow = new ProjectionRunner({
            ...parts(),
            projections: [projection],
            logger,
            leaseMs: 1_000,
            batch: 20,
          });
          const starting = slow.start();
          // Whoever reads meanwhile sees what is right, or is told that there is nothing.
          let looking = true;
          const catchingUp = starting.then(() => slow.catchUp()).finally(() => (looking = false));
          while (looking) {
            const seen = await hashOf(database.application, projection).catch(() => right[at]);
            if (seen !== right[at]) say('it was read while it was half built');
          }
          await catchingUp;
          await slow.stop();
          if (!(await isRight())) say('it is another one once it was built anew');
        } else if (how === 'pastTheEnd') {
          await to(head + 1 + random.below(1_000), events);
          const runner = await start();
          await runner.catchUp();
          await runner.stop();
          const stands = await sql(`SELECT position FROM read.checkpoints WHERE projection = $1`, [name]);
          if (Number((stands.rows[0] as { position: string }).position) !== head) say('it was not built anew');
          if (!(await isRight())) say('it is another one once it was built anew');
        } else {
          // An attacker moves it over events that the read model has then never seen: those of a meeting, at the least.
          const behind = head - 150 - random.below(100);
          await sql(`UPDATE read.checkpoints SET position = NULL, events = 0 WHERE projection = $1`, [name]);
          for (const table of projection.tables) await sql(`TRUNCATE read.${table.name}`);
          const ended = new ProjectionRunner({
            ...parts(),
            store: endingAt(parts().store, behind),
            projections: [projection],
            logger,
          });
          await ended.start();
          await ended.waitFor(String(behind), { timeoutMs: 30_000 });
          await ended.stop();
          const missed = how === 'forward' ? behind : head;
          await to(head, missed);
          const byCount = await miscounted(name);
          const [report] = await compareWithLog(parts(), [projection]);
          const wrong = !(await isRight());
          if (how === 'forward' && !byCount) say('the audit by count does not see it');
          if (wrong && report?.comparison !== 'different') say(`the audit by hash says ${report?.comparison}`);
          if (wrong) counted('read models that lacked events');
        }
        // The remedy of every audit; then the next.
        await rebuild(parts(), [projection]);
        if (!(await isRight())) say('it is another one after its rebuild');
        counted(how);
        done();
      }
    } finally {
      await city.close();
    }
  },
};

/** A log that ends at a position. */
function endingAt(store: ReturnType<typeof partsOn>['store'], last: number): typeof store {
  return Object.assign(Object.create(store) as typeof store, {
    head: () => Promise.resolve(String(last)),
    readAll: (after: string | undefined, limit: number) =>
      store.readAll(after, Math.max(0, Math.min(limit, last - Number(after ?? 0)))),
    subscribeAll: (after: string | undefined) => {
      const subscription = store.subscribeAll(after);
      async function* upTo() {
        for await (const batch of subscription) yield batch.filter(({ position }) => Number(position) <= last);
      }
      return { [Symbol.asyncIterator]: upTo, stop: () => subscription.stop() };
    },
  });
}
