import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The door for the commonest call, one append of one event: two statements where `log.append` runs five, and about three
 * quarters of its processor time, the commit left out. It only ever writes what `log.append` would have written, under the
 * same lock; it judges nothing. What is not plainly in order it leaves alone and answers null, and `log.append` says what
 * is the matter.
 */
export class AppendOne1763800100002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(APPEND_ONE);
  }

  async down(): Promise<void> {
    throw new Error('The event log is never taken down: drop the database instead.');
  }
}

/** The lock comes in a statement of its own, so that the insert looks at the log as the last appender left it. */
const APPEND_ONE = `
create function log.append_one(stream text, expected integer, id uuid, type text, data json, metadata json)
returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set lock_timeout = '2s'
as $$
#variable_conflict use_column
declare
  appended bigint;
begin
  perform pg_advisory_xact_lock(5005299560740908644);
  insert into log.events (position, stream, revision, id, type, data, metadata)
    select coalesce((select max(e.position) from log.events e), 0) + 1, $1, $2 + 1, $3, $4, $5, $6
    where $2 = coalesce(
        (select e.revision from log.events e where e.stream = $1 order by e.revision desc limit 1), -1)
      and not exists (select from log.events e where e.id = $3)
    returning position into appended;
  return appended;
end $$;
`;
