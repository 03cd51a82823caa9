/**
 * The digest of the log (event-format.md 6): SHA-256 folded over the canonical JSON of each record in log order. It shows
 * whether history was changed behind Evenhand's back, and whether a copy in another store is the same log.
 */
import { createHash } from 'node:crypto';
import { londonDate } from '@app/kernel';
import { canonicalJson } from './canonical-json';
import type { Envelope } from './envelope';
import type { EventStore, Position, StoredRecord } from './event-store';
import type { RecordedEvent } from './journal';

/** The digest of an empty log. */
export const EMPTY_DIGEST = '0'.repeat(64);

/** The digest of a log that ends with this record, from the digest before it; hexadecimal. Positions are left out. */
export function foldDigest(before: string, record: StoredRecord): string {
  const { stream, revision, id, type, data, metadata } = record;
  const text = canonicalJson({ stream, revision, id, type, data, metadata });
  return createHash('sha256').update(before, 'hex').update(text).digest('hex');
}

/** The digest of the log as it stood after the last event of a stretch of one recording day. */
export interface DailyHead {
  /** Europe/London date of `recordedAt`; it never goes back, whatever a clock did. */
  readonly day: string;
  /** Events in the log up to here. */
  readonly events: number;
  readonly lastEventId: string;
  readonly digest: string;
}

const dayOf = (record: StoredRecord): string => {
  const { recordedAt } = record.metadata as unknown as Envelope;
  const hour = recordedAt.slice(0, 'yyyy-mm-ddThh'.length);
  if (hour !== lastHour.hour) lastHour = { hour, day: londonDate(new Date(recordedAt)) };
  return lastHour.day;
};
/** An hour of UTC lies in one day of London. Asked for every event of a log, a calendar is slow. */
let lastHour = { hour: '', day: '' };

/** The heads that these records add or move, oldest first. `last` is the newest head before them. */
export function extendHeads(last: DailyHead | undefined, records: readonly StoredRecord[]): DailyHead[] {
  const heads = new Map<string, DailyHead>();
  let head = last;
  for (const record of records) {
    const recorded = dayOf(record);
    const day = head && head.day > recorded ? head.day : recorded;
    head = {
      day,
      events: (head?.events ?? 0) + 1,
      lastEventId: record.id,
      digest: foldDigest(head?.digest ?? EMPTY_DIGEST, record),
    };
    heads.set(day, head);
  }
  return [...heads.values()];
}

/** How far a log goes and what it folds to, without days. */
export type LogEnd = Pick<DailyHead, 'events' | 'lastEventId' | 'digest'>;

export type Verified = { readonly events: number; readonly digest: string } & (
  | { readonly intact: true }
  | {
      readonly intact: false;
      /** The first kept head that the log does not have. */
      readonly kept: DailyHead;
      readonly day: string;
      /** What the log has there, or its end where it is shorter. */
      readonly found: LogEnd | undefined;
      /** The last head before it that is as it was kept. */
      readonly sound: DailyHead | undefined;
    }
);

/**
 * Recomputes the digest of the whole log and compares it with the heads that were kept, from whatever places. A log that
 * has grown since is intact: only a head that differs, or lies past the end, is not.
 * @param page called with each page of records and how many events there were up to its end; awaited
 */
export async function verifyLog(
  store: EventStore,
  kept: readonly DailyHead[],
  page: (records: readonly StoredRecord[], events: number) => unknown = () => {},
): Promise<Verified> {
  const expected = [...kept].sort((a, b) => a.events - b.events);
  let end: LogEnd | undefined;
  let next = 0;
  let sound: DailyHead | undefined;
  let wrong: { readonly kept: DailyHead; readonly found: LogEnd | undefined } | undefined;
  let after: Position | undefined;
  for (;;) {
    const records = await store.readAll(after, 1000);
    for (const record of records) {
      end = {
        events: (end?.events ?? 0) + 1,
        lastEventId: record.id,
        digest: foldDigest(end?.digest ?? EMPTY_DIGEST, record),
      };
      for (let due = expected[next]; !wrong && due?.events === end.events; due = expected[next]) {
        if (due.digest !== end.digest || due.lastEventId !== end.lastEventId) wrong = { kept: due, found: end };
        else sound = due;
        next += 1;
      }
    }
    after = records.at(-1)?.position;
    if (after === undefined) break;
    await page(records, end?.events ?? 0);
  }
  const missing = expected[next];
  if (!wrong && missing) wrong = { kept: missing, found: end };
  const { events, digest } = end ?? { events: 0, digest: EMPTY_DIGEST };
  return wrong
    ? { intact: false, events, digest, day: wrong.kept.day, ...wrong, sound }
    : { intact: true, events, digest };
}

interface Query {
  query(sql: string, params?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
}

const toHead = (row: Record<string, unknown>): DailyHead => ({
  day: String(row.day),
  events: Number(row.events),
  lastEventId: String(row.last_event_id),
  digest: String(row.digest),
});

/** The kept heads, oldest first, from the live tables. */
export const readHeads = async (from: Query): Promise<DailyHead[]> =>
  (await from.query('SELECT day::text, events, last_event_id, digest FROM read.log_digest ORDER BY day')).rows.map(
    toHead,
  );

/** The projection that keeps a head a day. It reads every event: pass the names of all codecs. */
export const logDigest = (types: readonly string[]) => ({
  name: 'log_digest',
  version: 1,
  types,
  tables: [
    {
      name: 'log_digest',
      create:
        'CREATE TABLE log_digest (day date PRIMARY KEY, events bigint NOT NULL, last_event_id uuid NOT NULL, digest text NOT NULL)',
      indexes: [],
    },
  ],
  async apply(tx: Query, events: readonly RecordedEvent[]): Promise<void> {
    const newest = await tx.query(
      'SELECT day::text, events, last_event_id, digest FROM log_digest ORDER BY day DESC LIMIT 1',
    );
    const last = newest.rows[0] && toHead(newest.rows[0]);
    const seen = last ? events.findIndex((event) => event.id === last.lastEventId) : -1;
    const heads = extendHeads(
      last,
      events.slice(seen + 1).map((event) => event.stored),
    );
    if (heads.length === 0) return;
    await tx.query(
      `INSERT INTO log_digest (day, events, last_event_id, digest)
       SELECT * FROM unnest($1::date[], $2::bigint[], $3::uuid[], $4::text[])
       ON CONFLICT (day) DO UPDATE
       SET events = excluded.events, last_event_id = excluded.last_event_id, digest = excluded.digest`,
      [
        heads.map((h) => h.day),
        heads.map((h) => h.events),
        heads.map((h) => h.lastEventId),
        heads.map((h) => h.digest),
      ],
    );
  },
});
