import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Reference rows that are not event-sourced: they may be edited in place, and nothing in the log depends on their text. */
export class Directory1763800400001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TABLES);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table app.criteria, app.persons, app.meetings_reserved, app.panels, app.schools');
  }
}

/** `name_key` is made by the application: the database's own lower() knows only ASCII under the locale C. */
const TABLES = `
create table app.schools (
  urn text primary key check (urn ~ '^[0-9]{6}$'),
  name text not null,
  type text,
  status text,
  phase text,
  low_age smallint,
  high_age smallint,
  capacity integer,
  roll integer,
  la_code text
);

create table app.panels (
  panel_id uuid primary key,
  name text not null,
  name_key text not null unique
);

create table app.meetings_reserved (
  meeting_id uuid primary key,
  panel_id uuid not null references app.panels,
  meeting_on date not null,
  kind text not null,
  unique (panel_id, meeting_on, kind)
);

create table app.persons (
  person_ref uuid primary key,
  name text not null,
  role text not null,
  panel_ids uuid[] not null default '{}',
  urns text[] not null default '{}',
  demo boolean not null default false
);

create table app.criteria (
  id uuid not null,
  version text not null,
  wording text not null,
  primary key (id, version)
);
`;

export const directoryMigrations = [Directory1763800400001];
