/** What somebody with all rights could do to the log behind Evenhand's back: for specs and fault rows. */
import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';

/** Triggers do not hold a superuser up who says this. */
const UNHINDERED = 'SET LOCAL session_replication_role = replica';

/** Each changes something at or before the position given; $1 is that position, $2 a new id. */
export const TAMPERINGS: Readonly<Record<string, readonly string[]>> = {
  'a day in the metadata': [
    `UPDATE log.events SET metadata = jsonb_set(metadata::jsonb, '{occurredOn}', '"2001-01-01"')::json WHERE position = $1`,
  ],
  'who did it': [
    `UPDATE log.events SET metadata = jsonb_set(metadata::jsonb, '{actor,ref}', to_jsonb($2::text))::json WHERE position = $1`,
  ],
  'a field of the data': [
    `UPDATE log.events SET data = (data::jsonb || jsonb_build_object('added', $2::text))::json WHERE position = $1`,
  ],
  'all of the data': [`UPDATE log.events SET data = '{}' WHERE position = $1`],
  'the type': [`UPDATE log.events SET type = type || 'X' WHERE position = $1`],
  'the stream': [`UPDATE log.events SET stream = 'case-' || $2::text, revision = 0 WHERE position = $1`],
  'the revision': [`UPDATE log.events SET revision = revision + 1000 WHERE position = $1`],
  'the id': [`UPDATE log.events SET id = $2::uuid WHERE position = $1`],
  'the order of two events': [
    `UPDATE log.events SET position = -position WHERE position IN ($1::bigint, $1::bigint - 1)`,
    `UPDATE log.events SET position = CASE -position WHEN $1::bigint THEN $1::bigint - 1 ELSE $1::bigint END WHERE position < 0`,
  ],
  'an event taken out': [`DELETE FROM log.events WHERE position = $1`],
  'an event taken out and the gap closed': [
    `DELETE FROM log.events WHERE position = $1`,
    `UPDATE log.events SET position = -position WHERE position > $1::bigint`,
    `UPDATE log.events SET position = -position - 1 WHERE position < 0`,
  ],
  'an event put in': [
    `UPDATE log.events SET position = -position WHERE position > $1::bigint`,
    `UPDATE log.events SET position = -position + 1 WHERE position < 0`,
    `INSERT INTO log.events SELECT $1::bigint + 1, 'case-' || $2::text, 0, $2::uuid, type, data, metadata FROM log.events WHERE position = $1`,
  ],
  'the end cut off': [`DELETE FROM log.events WHERE position >= $1`],
};

/** Keeps a copy of the log, so that it can be put back. */
export async function rememberLog(admin: Client): Promise<void> {
  await admin.query('CREATE TABLE public.log_as_it_was AS TABLE log.events');
}

/** One of the above at a position from 2. */
export async function tamper(admin: Client, how: string, position: number): Promise<void> {
  await unhindered(admin, async () => {
    for (const sql of TAMPERINGS[how]!) {
      await admin.query(sql, [position, randomUUID()].slice(0, sql.includes('$2') ? 2 : sql.includes('$1') ? 1 : 0));
    }
  });
}

/** Puts the log back as it was remembered. */
export const mend = (admin: Client): Promise<void> =>
  unhindered(admin, async () => {
    await admin.query('TRUNCATE log.events');
    await admin.query('INSERT INTO log.events SELECT * FROM public.log_as_it_was');
  });

async function unhindered(admin: Client, work: () => Promise<void>): Promise<void> {
  await admin.query('BEGIN');
  try {
    await admin.query(UNHINDERED);
    await work();
    await admin.query('COMMIT');
  } catch (error) {
    await admin.query('ROLLBACK');
    throw error;
  }
}
