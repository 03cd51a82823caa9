import type { MigrationInterface, QueryRunner } from 'typeorm';
import { AppendOne1763800100002 } from './append-one';

/**
 * The log: one table of events, its identity, and the function that writes (reliability-and-privacy.md 3, method A;
 * append-one.ts has another door for the commonest call).
 * The advisory lock is held to commit, so the order of positions is the order of commits and a checkpoint is one number.
 */
export class EventLog1763800100001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLES);
    await runner.query(APPEND_ONLY);
    await runner.query(APPEND);
  }

  async down(): Promise<void> {
    throw new Error('The event log is never taken down: drop the database instead.');
  }
}

/** `json`, not `jsonb`: it keeps the very bytes of a number or a string, and neither write nor read pays for parsing it into a tree. */
const TABLES = `
create table log.identity (
  id uuid not null,
  only_one boolean primary key default true check (only_one)
);
insert into log.identity (id) values (gen_random_uuid());

create table log.events (
  position bigint primary key,
  stream text collate "C" not null,
  revision integer not null check (revision >= 0),
  id uuid not null unique,
  type text collate "C" not null,
  data json not null,
  metadata json not null,
  unique (stream, revision)
);
`;

const APPEND_ONLY = `
create function log.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% on %.% refused: the log is append-only', tg_op, tg_table_schema, tg_table_name
    using errcode = 'insufficient_privilege';
end $$;

create trigger append_only before update or delete or truncate on log.events
  for each statement execute function log.refuse_change();
create trigger made_once before insert or update or delete or truncate on log.identity
  for each statement execute function log.refuse_change();
`;

/**
 * Takes several appends in one call, each with its own outcome, as if they came one after the other. The k-th append is
 * streams[k], expected[k] (-1: no stream) and the events whose owners[] is k; the events lie in the order of their owners.
 *
 * One row an append: 'appended' (revision of the last event, position of the last event), 'conflict' (revision the stream
 * is at, -1: none) or 'known_elsewhere' (an id is in the log, but not where this append would have put it).
 *
 * Several appends to different streams, each where it is expected, with new ids only, are one insert; anything else goes
 * one by one. Who may call it and who may read the tables follows from the default privileges of the schema (libs/database).
 */
const APPEND = `
create function log.append(
  streams text[], expected integer[], owners integer[],
  ids uuid[], types text[], data json[], metadata json[]
) returns table (outcome text, revision integer, "position" bigint)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set lock_timeout = '2s'
as $$
#variable_conflict use_column
declare
  top bigint;
  clean boolean := false;
  first integer := 0;
  size integer;
  current_revision integer;
  same integer;
  last_position bigint;
begin
  perform pg_advisory_xact_lock(5005299560740908644);
  select coalesce(max(e.position), 0) into top from log.events e;

  if cardinality(streams) > 1 then
    select
        not exists (
          select from unnest(streams, expected) a (stream, expected)
          where a.expected <> coalesce(
            (select e.revision from log.events e where e.stream = a.stream order by e.revision desc limit 1), -1)
        )
        and (select count(distinct a.stream) = count(*) from unnest(streams) a (stream))
        and not exists (select from log.events e where e.id = any (ids))
        and (select count(distinct n.id) = count(*) from unnest(ids) n (id))
      into clean;
  end if;

  if clean then
    insert into log.events (position, stream, revision, id, type, data, metadata)
      select top + n.n, streams[n.owner],
        expected[n.owner] + row_number() over (partition by n.owner order by n.n), n.id, n.type, n.data, n.metadata
      from unnest(owners, ids, types, data, metadata) with ordinality n (owner, id, type, data, metadata, n);
  end if;

  for k in 1 .. cardinality(streams) loop
    size := 0;
    while owners[first + size + 1] = k loop
      size := size + 1;
    end loop;

    if not clean then
      select e.revision into current_revision
        from log.events e where e.stream = streams[k] order by e.revision desc limit 1;
      current_revision := coalesce(current_revision, -1);
    end if;

    if clean then
      top := top + size;
      outcome := 'appended'; revision := expected[k] + size; position := top;
    elsif current_revision <> expected[k] then
      select count(*), max(e.position) into same, last_position
        from log.events e
        where e.stream = streams[k] and e.revision > expected[k] and e.revision <= expected[k] + size
          and e.id = ids[first + e.revision - expected[k]];
      if same = size then
        outcome := 'appended'; revision := expected[k] + size; position := last_position;
      else
        outcome := 'conflict'; revision := current_revision; position := null;
      end if;
    elsif exists (select from log.events e where e.id = any (ids[first + 1 : first + size])) then
      outcome := 'known_elsewhere'; revision := current_revision; position := null;
    else
      for i in 1 .. size loop
        insert into log.events (position, stream, revision, id, type, data, metadata)
          values (top + i, streams[k], expected[k] + i,
            ids[first + i], types[first + i], data[first + i], metadata[first + i]);
      end loop;
      top := top + size;
      outcome := 'appended'; revision := expected[k] + size; position := top;
    end if;
    first := first + size;
    return next;
  end loop;

  if first <> cardinality(ids) then
    raise exception 'events out of the order of their appends' using errcode = 'invalid_parameter_value';
  end if;
end $$;
`;

export const eventStoreMigrations = [EventLog1763800100001, AppendOne1763800100002];
