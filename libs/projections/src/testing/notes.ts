/** A small domain for the specs of this library: notes that are taken, and struck out again. */
import { randomUUID } from 'node:crypto';
import type { AppendOutcome, Envelope, EventStore, RecordedEvent, StoredRecord } from '@app/event-store';
import { type Codec, code, defineCodec, defineEvent, whole, wrongWith } from '@app/kernel';
import type { Projection } from '../projection';

export const GROUPS = ['red', 'green', 'blue'] as const;

const clear = { group: code(GROUPS, 'a colour'), amount: whole('an amount') };
export const noteCodec = defineCodec('note', [
  defineEvent('NoteTaken', 'a note was taken', { clear, aliases: ['NoteWritten'] }),
  defineEvent('NoteStruck', 'a note was struck out', { clear: {} }),
  defineEvent('NoteRead', 'a note was read', { clear: {} }),
]);
export const codecs = [noteCodec] as readonly Codec[];

/** As the journal does it, without seals. */
export function open(record: StoredRecord): RecordedEvent {
  const type = noteCodec.types[record.type];
  if (!type) throw new Error(`unknown ${record.type}`);
  if (record.metadata.schemaVersion !== type.version) throw new Error('unknown version');
  const wrong = wrongWith(type, record.data);
  if (wrong) throw new Error(wrong);
  const { stream, revision, position, id, data } = record;
  const metadata = record.metadata as unknown as Envelope;
  return { stream, revision, position, id, type: type.name, data, metadata, stored: record };
}

export const noteStream = (): string => `note-${randomUUID()}`;

export function write(
  store: EventStore,
  stream: string,
  expected: number | 'no_stream',
  ...events: readonly { type: string; data?: object; schemaVersion?: number }[]
): Promise<AppendOutcome> {
  return store.append(
    stream,
    expected,
    events.map(({ type, data = {}, schemaVersion = 1 }) => ({
      id: randomUUID(),
      type,
      data: data as never,
      metadata: { schemaVersion, recordedAt: new Date().toISOString() },
    })),
  );
}

export const taken = (amount: number, group: (typeof GROUPS)[number] = 'red') => ({
  type: 'NoteTaken',
  data: { group, amount },
});

/** Position of the last of so many notes, each in a stream of its own. */
export async function takeNotes(store: EventStore, count: number, amount = 1): Promise<string> {
  const outcomes = await Promise.all(
    Array.from({ length: count }, (_, n) => write(store, noteStream(), 'no_stream', taken(amount, GROUPS[n % 3]))),
  );
  const positions = outcomes.map((outcome) => {
    if (outcome.outcome !== 'appended') throw new Error(`not appended: ${JSON.stringify(outcome)}`);
    return outcome.position;
  });
  return positions.reduce((most, position) => (store.compare(position, most) > 0 ? position : most));
}

const streams = (events: readonly RecordedEvent[]) => events.map((event) => event.stream);

/** As a read model should be: rows by identity, written once or again to the same effect. */
export const notes: Projection = {
  name: 'notes',
  version: 1,
  types: ['NoteTaken', 'NoteStruck'],
  tables: [
    {
      name: 'notes',
      create: `CREATE TABLE notes (
        stream text PRIMARY KEY, colour text NOT NULL, amount integer NOT NULL, struck boolean NOT NULL DEFAULT false,
        seen text NOT NULL)`,
      indexes: ['CREATE INDEX notes_colour ON notes (colour)'],
      uncompared: ['seen'],
    },
  ],
  async apply(tx, events) {
    const takings = events.filter((event) => event.type === 'NoteTaken');
    const data = takings.map((event) => event.data as { group: string; amount: number });
    await tx.query(
      `INSERT INTO notes (stream, colour, amount, seen) SELECT * FROM unnest($1::text[], $2::text[], $3::integer[], $4::text[])
       ON CONFLICT (stream) DO UPDATE SET colour = excluded.colour, amount = excluded.amount`,
      [
        streams(takings),
        data.map(({ group }) => group),
        data.map(({ amount }) => amount),
        takings.map(({ position }) => position),
      ],
    );
    await tx.query('UPDATE notes SET struck = true WHERE stream = ANY ($1)', [
      streams(events.filter((event) => event.type === 'NoteStruck')),
    ]);
  },
};

/** As a read model must not be, and so a witness: an event that is applied twice stands in it twice. */
export const witness: Projection = {
  name: 'witness',
  version: 1,
  types: ['NoteTaken', 'NoteStruck'],
  tables: [{ name: 'witness', create: 'CREATE TABLE witness (event_id uuid NOT NULL, by text)', indexes: [] }],
  async apply(tx, events) {
    await tx.query('INSERT INTO witness (event_id, by) SELECT id, $2 FROM unnest($1::uuid[]) AS id', [
      events.map(({ id }) => id),
      String(process.pid),
    ]);
  },
};
