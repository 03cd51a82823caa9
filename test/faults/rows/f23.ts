import { eventStoreMigrations, PostgresEventStore } from '@app/event-store';
import { streamOf } from '../log-witness';
import { randomUUID } from 'node:crypto';
import { createTestDatabase } from '../../support/database';
import type { Row } from '../row';

/** 2 to 64 of them at one revision of one stream, from stores that share no connection and no coalescing. */
const MOST_WRITERS = 64;
const STORES = 8;

const event = () => ({ id: randomUUID(), type: 'NoteTaken', data: {}, metadata: { schemaVersion: 1 } });

export const row: Row = {
  id: 'F23',
  title:
    'writers at one stream with one expected revision: one of them wins (I8), and its event alone is in the log (I2, I3)',
  unit: 'rounds',
  goal: 100_000,
  bounded: 300,
  plantedBugs: [
    {
      id: 'append-conflict-told-as-success',
      file: 'libs/event-store/src/migrations.ts',
      find: `        outcome := 'conflict'; revision := current_revision; position := null;`,
      replace: `        outcome := 'appended'; revision := expected[k] + size; position := top;`,
    },
    {
      id: 'append-one-at-an-older-revision',
      file: 'libs/event-store/src/append-one.ts',
      find: '    where $2 = coalesce(',
      replace: '    where $2 <= coalesce(',
    },
    {
      id: 'append-one-without-lock',
      file: 'libs/event-store/src/append-one.ts',
      find: '  perform pg_advisory_xact_lock(5005299560740908644);',
      replace: '',
    },
  ],

  async run({ count, random, signal, done, violation, counted }) {
    const database = await createTestDatabase(eventStoreMigrations);
    const stores = Array.from({ length: STORES }, () => new PostgresEventStore({ pool: database.application }));
    try {
      for (let n = 0; n < count && !signal.aborted; n++) {
        const stream = `note-${randomUUID()}`;
        const before = random.below(3);
        if (before > 0) await stores[0]!.append(stream, 'no_stream', Array.from({ length: before }, event));
        const expected = before === 0 ? 'no_stream' : before - 1;
        const proposals = Array.from({ length: 2 + random.below(MOST_WRITERS - 1) }, event);
        const outcomes = await Promise.all(
          proposals.map((proposal) =>
            random
              .pick(stores)
              .append(stream, expected, [proposal])
              .catch((error: unknown) => ({ outcome: `failed: ${String(error)}` })),
          ),
        );
        const winners = proposals.filter((_, at) => outcomes[at]?.outcome === 'appended');
        const losers = outcomes.filter(({ outcome }) => outcome === 'conflict').length;
        const written = await streamOf(stores[0]!, stream, before);
        const others = outcomes.map(({ outcome }) => outcome).filter((one) => one !== 'appended' && one !== 'conflict');
        const told =
          `${proposals.length} writers: ${winners.length} were told that they won, ${losers} that they lost` +
          (others.length > 0 ? `, ${others.length} something else, such as ${others[0]}` : '');
        if (winners.length !== 1 || losers !== proposals.length - 1) violation(told);
        else if (written.length !== 1 || written[0]!.id !== winners[0]!.id)
          violation(
            `${told}; the log has ${written.length} events, and ${written[0]?.id === winners[0]!.id ? '' : 'not '}the winner's first`,
          );
        counted('appends', proposals.length);
        done();
      }
    } finally {
      await Promise.all(stores.map((store) => store.close()));
      await database.drop();
    }
  },
};
