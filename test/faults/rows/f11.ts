import type { EventStore, StoredRecord, Subscription } from '@app/event-store';
import { ProjectionRunner } from '@app/projections';
import { City, hashesOf, partsOn, projections } from '../city';
import type { Random, Row } from '../row';

/** Events of the log that a round delivers again and again. */
const EVENTS = 400;

export const row: Row = {
  id: 'F11',
  title:
    'every event is delivered one to five times, and old batches come again in between: every read model of the application ' +
    'is what it is when each event comes once (I6)',
  unit: 'deliveries',
  goal: 1_000_000,
  bounded: 6_000,
  round: 50_000,
  plantedBugs: [
    {
      id: 'feed-hands-on-what-it-had',
      file: 'libs/projections/src/feed.ts',
      find: '      if (this.cursor !== undefined && this.compare(record.position, this.cursor) <= 0) continue;\n',
      replace: '',
    },
  ],

  async run({ count, random, signal, done, violation, counted }) {
    const city = await City.create(random);
    const { database } = city;
    try {
      await city.grow(EVENTS);
      const head = (await city.store.head())!;
      const logger = { log: () => undefined, warn: () => undefined, error: (what: string) => violation(what) };
      const runWith = async (store: EventStore): Promise<string[]> => {
        await database.projector.query('UPDATE read.checkpoints SET position = NULL, events = 0');
        for (const { tables } of projections)
          for (const { name } of tables) await database.projector.query(`TRUNCATE read.${name}`);
        const runner = new ProjectionRunner({ ...partsOn(database), store, projections, logger, batch: 50 });
        await runner.start();
        if (!(await runner.waitFor(head, { timeoutMs: 60_000 })))
          violation('the read models did not pass the last event');
        await runner.stop();
        return hashesOf(database);
      };
      const first = new ProjectionRunner({ ...partsOn(database), projections, logger });
      await first.catchUp();
      const once = await hashesOf(database);
      for (const wrong of await city.wrongMonths()) violation(wrong);

      for (let delivered = 0; delivered < count && !signal.aborted;) {
        let deliveries = 0;
        const again = await runWith(repeating(partsOn(database).store, random, (records) => (deliveries += records)));
        projections.forEach(({ name }, n) => {
          if (again[n] !== once[n])
            violation(`${name} is another one after ${deliveries} deliveries of ${city.length} events`);
        });
        const { rows } = await database.projector.query<{ projection: string; events: string }>(
          `SELECT projection, events FROM read.checkpoints WHERE schema = 'read' AND events <> $1`,
          [city.length],
        );
        for (const { projection, events } of rows)
          violation(`${projection} counts ${events} events, and the log has ${city.length}`);
        delivered += deliveries;
        done(Math.min(deliveries, count - (delivered - deliveries)));
        counted('times the whole log');
      }
    } finally {
      await city.close();
    }
  },
};

/** A store whose subscription stutters: each event up to five times, and now and then an old batch once more. */
function repeating(store: EventStore, random: Random, delivered: (records: number) => void): EventStore {
  const subscribeAll = (after: string | undefined, types?: readonly string[]): Subscription => {
    const subscription = store.subscribeAll(after, types);
    const old: (readonly StoredRecord[])[] = [];
    async function* batches(): AsyncGenerator<readonly StoredRecord[]> {
      for await (const whole of subscription)
        for (let at = 0; at < whole.length;) {
          const batch = whole.slice(at, (at += 1 + random.below(40)));
          const stuttered = batch.flatMap((record) => Array<StoredRecord>(1 + random.below(5)).fill(record));
          // Within the batch, and as one of its own.
          if (old.length > 0 && random.below(3) === 0) stuttered.push(...random.pick(old));
          delivered(stuttered.length);
          yield stuttered;
          old.push(batch);
          if (random.below(3) > 0) continue;
          const earlier = random.pick(old);
          delivered(earlier.length);
          yield earlier;
        }
    }
    return { [Symbol.asyncIterator]: batches, stop: () => subscription.stop() };
  };
  return Object.assign(Object.create(store) as EventStore, { subscribeAll });
}
