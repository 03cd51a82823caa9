import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The log: one table of events, its identity, and the one function that writes (reliability-and-privacy.md 3, method A).
 * The advisory lock is held to commit, so the order of positions is the order of commits and a checkpoint is one number.
 */
export class EventLog1763800100001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLES);
    await runner.query(APPEND_ONLY);
    await runner.query(APPEND);
    await runner.query(RIGHTS);
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
 * streams[k], expected[k] (-1: no stream) and the events whose owners[] is k, in the order of the arrays.
 *
 * One row an append: 'appended' (revision of the last event, position of the last event), 'conflict' (revision the stream
 * is at, -1: none) or 'known_elsewhere' (an id is in the log, but not where this append would have put it).
 *
 * The usual call (streams all different, each where it is expected, ids all new) is one insert; anything else goes one by one.
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
  clean boolean;
  k integer;
  size integer;
  current_revision integer;
  same integer;
  last_position bigint;
begin
  perform pg_advisory_xact_lock(5005299560740908644);

  select coalesce(max(e.position), 0) into top from log.events e;

  select count(distinct a.stream) = count(*) and bool_and(coalesce(at.revision, -1) = a.expected)
    into clean
    from unnest(streams, expected) a (stream, expected)
    left join lateral (
      select e.revision from log.events e where e.stream = a.stream order by e.revision desc limit 1
    ) at on true;

  if clean
    and not exists (select from log.events e where e.id = any (ids))
    and (select count(distinct i.id) = count(*) from unnest(ids) i (id))
  then
    insert into log.events (position, stream, revision, id, type, data, metadata)
      select top + n.n, streams[n.owner],
        expected[n.owner] + row_number() over (partition by n.owner order by n.n), n.id, n.type, n.data, n.metadata
      from unnest(owners, ids, types, data, metadata) with ordinality n (owner, id, type, data, metadata, n);
    return query
      select 'appended', expected[n.owner] + count(*)::integer, top + max(n.n)
      from unnest(owners) with ordinality n (owner, n)
      group by n.owner order by n.owner;
    return;
  end if;

  for k in 1 .. cardinality(streams) loop
    select count(*) into size from unnest(owners) o (owner) where o.owner = k;
    select coalesce(max(e.revision), -1) into current_revision from log.events e where e.stream = streams[k];

    if current_revision <> expected[k] then
      select count(*), max(e.position) into same, last_position
        from (
          select n.id, row_number() over (order by n.n) as nth
          from unnest(owners, ids) with ordinality n (owner, id, n) where n.owner = k
        ) p
        join log.events e on e.stream = streams[k] and e.revision = expected[k] + p.nth and e.id = p.id;
      if same = size then
        outcome := 'appended'; revision := expected[k] + size; position := last_position;
      else
        outcome := 'conflict'; revision := current_revision; position := null;
      end if;
    elsif exists (
      select from log.events e where e.id in (select n.id from unnest(owners, ids) n (owner, id) where n.owner = k)
    ) then
      outcome := 'known_elsewhere'; revision := current_revision; position := null;
    else
      insert into log.events (position, stream, revision, id, type, data, metadata)
        select top + row_number() over (order by n.n), streams[k],
          expected[k] + row_number() over (order by n.n), n.id, n.type, n.data, n.metadata
        from unnest(owners, ids, types, data, metadata) with ordinality n (owner, id, type, data, metadata, n)
        where n.owner = k;
      top := top + size;
      outcome := 'appended'; revision := expected[k] + size; position := top;
    end if;
    return next;
  end loop;
end $$;
`;

/** The names of the roles end in the name of the database (event-format.md 6). */
const RIGHTS = `
do $$
declare
  application text := 'evenhand_application_' || current_database();
  projector text := 'evenhand_projector_' || current_database();
begin
  revoke all on function log.append(text[], integer[], integer[], uuid[], text[], json[], json[]) from public;
  execute format('revoke all on log.events, log.identity from %I, %I', application, projector);
  execute format('grant select on log.events, log.identity to %I, %I', application, projector);
  execute format('grant execute on function log.append(text[], integer[], integer[], uuid[], text[], json[], json[]) to %I', application);
end $$;
`;

export const eventStoreMigrations = [EventLog1763800100001];
