import type { RecordedEvent } from '@app/event-store';
import { type Codec, defineCodec, defineEvent } from '@app/kernel';
import { type Projection, ProjectionRunner } from '@app/projections';
import { noteCodec, notes, noteStream, open, taken, witness, write } from '../../../libs/projections/src/testing/notes';
import { NoteLog } from '../projecting';
import type { Row } from '../row';

/** Events before the poison and after it. */
const BEFORE = 3;
const AFTER = 5;
const LIMIT_MS = 30_000;
const ALARM_MS = 5_000;

/** Stops at the poison until its cause is gone, as a read model does whose code is wrong. */
const touchy = (wrong: boolean, kind: 'throws' | 'atCommit'): Projection => ({
  ...witness,
  name: 'touchy',
  tables: [
    { name: 'touchy', create: 'CREATE TABLE touchy (event_id uuid NOT NULL)', indexes: [] },
    {
      name: 'touchy_numbers',
      create: 'CREATE TABLE touchy_numbers (number integer UNIQUE DEFERRABLE INITIALLY DEFERRED)',
      indexes: [],
    },
  ],
  async apply(tx, events) {
    const bad = (event: RecordedEvent): boolean => wrong && (event.data as { amount?: number }).amount === POISON;
    if (kind === 'throws' && events.some(bad)) throw new TypeError('of a read model that was written wrongly');
    await tx.query('INSERT INTO touchy (event_id) SELECT * FROM unnest($1::uuid[])', [events.map(({ id }) => id)]);
    // The same number twice: the constraint is looked at when the transaction ends.
    if (events.some(bad)) await tx.query('INSERT INTO touchy_numbers VALUES (1), (1)');
  },
});
const POISON = 666_666;

const KINDS = ['throws', 'atCommit', 'wrongShape', 'unknownType', 'newerVersion'] as const;
type Kind = (typeof KINDS)[number];

/** A later Evenhand, whose codecs know what this one does not. */
const laterCodecs = [
  defineCodec('note', [
    ...new Set(Object.values(noteCodec.types)),
    defineEvent('NoteFramed', 'a note was framed', { clear: {} }),
  ]),
] as readonly Codec[];
const openLater: typeof open = (record) => {
  if (record.type === 'NoteFramed') return { ...record, metadata: record.metadata as never, stored: record } as never;
  const { amount, ...data } = record.data as { amount?: unknown };
  const readable = amount === undefined ? data : { ...data, amount: Number(amount) };
  const metadata = { ...record.metadata, schemaVersion: 1 };
  return { ...open({ ...record, data: readable as never, metadata }), stored: record };
};

const poisonOf: Readonly<Record<Kind, { type: string; data?: object; schemaVersion?: number }>> = {
  throws: taken(POISON),
  atCommit: taken(POISON),
  wrongShape: { type: 'NoteTaken', data: { group: 'red', amount: '7' } },
  unknownType: { type: 'NoteFramed' },
  newerVersion: { ...taken(1), schemaVersion: 2 },
};

export const row: Row = {
  id: 'F12',
  title:
    'an event is poison (the read model throws, a constraint fails at commit, a wrong shape, an unknown type, a newer version): ' +
    'whoever reads it stops there and says so within 5 s, the others go on, and once the cause is gone nothing was skipped',
  unit: 'poisons',
  goal: 1_000,
  bounded: 10,
  round: 100,
  plantedBugs: [
    {
      id: 'projection-skips-what-it-cannot-apply',
      file: 'libs/projections/src/lane.ts',
      find: 'if (alone !== undefined) return this.#stop(event, alone.cause);',
      replace: 'if (alone !== undefined) continue;',
    },
    {
      id: 'projection-skips-what-it-cannot-read',
      file: 'libs/projections/src/lane.ts',
      find: 'if (portion.unreadable && this.owned) await this.#stop(portion.unreadable.record, portion.unreadable.error);',
      replace: '',
    },
  ],

  async run({ count, random, signal, done, violation, counted, measured }) {
    for (let poisons = 0; poisons < count && !signal.aborted;) {
      // One log for each round of kinds: a poison that nobody has corrected would hide the next.
      const log = await NoteLog.create(random);
      try {
        for (const kind of KINDS) {
          if (poisons >= count || signal.aborted) break;
          await poison(log, kind);
          poisons += 1;
          counted(kind);
          done();
        }
      } finally {
        await log.close();
      }
    }

    async function poison(log: NoteLog, kind: Kind): Promise<void> {
      const { database, store } = log;
      const names = ['notes', 'witness', 'touchy'];
      // Written here, so that the cause of the last poison is what this one begins with: read by the later Evenhand.
      await database.projector.query('UPDATE read.checkpoints SET owner = NULL, lease_until = NULL');
      const readers = { codecs: laterCodecs, open: openLater };
      const caught = new ProjectionRunner({
        ...log.parts(),
        ...readers,
        projections: [notes, witness, touchy(false, 'throws')],
      });
      await caught.catchUp();

      const own = kind === 'throws' || kind === 'atCommit';
      let alarm: number | undefined;
      const logger = { log: () => undefined, warn: () => undefined, error: () => (alarm ??= performance.now()) };
      const runner = new ProjectionRunner({
        ...log.parts(),
        logger: logger as never,
        // Until now the log was read by the later Evenhand; this one begins behind its events.
        projections: [notes, witness, touchy(true, own ? kind : 'throws')],
        leaseMs: 1_000,
      });
      await runner.start();
      const append = async (events: readonly { type: string; data?: object; schemaVersion?: number }[]) => {
        for (const event of events) {
          const outcome = await write(store, noteStream(), 'no_stream', event);
          if (outcome.outcome !== 'appended') throw new Error(`not appended: ${JSON.stringify(outcome)}`);
        }
      };
      await append(Array.from({ length: random.below(BEFORE) }, () => taken(1)));
      const before = await store.head();
      await append([poisonOf[kind]]);
      const began = performance.now();
      await append(Array.from({ length: 1 + random.below(AFTER) }, () => taken(2)));
      const head = (await store.head())!;
      // Whoever reads the poison stops; only a read model's own fault leaves the others going.
      const stopped = own ? ['touchy'] : names;
      const limit = performance.now() + LIMIT_MS;
      for (;;) {
        const health = await runner.health();
        const standing = health.filter(({ state }) => state === 'stopped').map(({ name }) => name);
        const going = health.filter(({ name, position }) => !stopped.includes(name) && position === head);
        if (standing.length >= stopped.length && going.length === names.length - stopped.length) break;
        const passed = health.filter(({ name, position }) => stopped.includes(name) && position === head);
        if (passed.length > 0 || performance.now() > limit) {
          violation(
            `${kind}: ${passed.map(({ name }) => name).join(', ') || 'nobody'} has passed the poison, ` +
              `${standing.join(', ') || 'nobody'} has stopped, and ${stopped.join(', ')} should have`,
          );
          break;
        }
      }
      const after = (alarm ?? Infinity) - began;
      if (after > ALARM_MS) violation(`${kind}: no alarm within ${ALARM_MS} ms`);
      else measured('alarm after', Math.max(0, after), 'ms');
      for (const { name, position } of await runner.health())
        if (stopped.includes(name) && position !== before)
          violation(`${kind}: ${name} stands at ${position}, not at ${before}`);
      await runner.stop();

      const corrected = new ProjectionRunner({
        ...log.parts(),
        ...readers,
        projections: [notes, witness, touchy(false, 'throws')],
      });
      await corrected.catchUp();
      for (const name of ['witness', 'touchy']) {
        const { rows } = await database.projector.query<{ missing: number; twice: number }>(
          `SELECT (SELECT count(*) FROM log.events e WHERE type IN ('NoteTaken', 'NoteStruck')
                      AND NOT EXISTS (SELECT FROM read.${name} w WHERE w.event_id = e.id))::int AS missing,
                  (SELECT count(*) - count(DISTINCT event_id) FROM read.${name})::int AS twice`,
        );
        const { missing, twice } = rows[0]!;
        if (missing > 0 || twice > 0)
          violation(`${kind}: once the cause is gone ${name} lacks ${missing} events and has ${twice} twice`);
      }
    }
  },
};
