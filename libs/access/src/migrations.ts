/** Mutable rows of the web application: who is signed in, which requests were answered, and who read which case. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

class WebTables1763800600001 implements MigrationInterface {
  readonly name = 'WebTables1763800600001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE app.sessions (
        sid varchar PRIMARY KEY,
        sess json NOT NULL,
        expire timestamp(6) NOT NULL
      );
      CREATE INDEX sessions_expire ON app.sessions (expire);

      CREATE TABLE app.requests (
        actor uuid NOT NULL,
        key text NOT NULL,
        body_hash bytea NOT NULL,
        command_id uuid NOT NULL UNIQUE,
        state text NOT NULL CHECK (state IN ('reserved', 'answered')),
        held_until timestamptz NOT NULL,
        reserved_at timestamptz NOT NULL DEFAULT now(),
        answered_at timestamptz,
        status integer,
        stream text,
        first_revision integer,
        last_revision integer,
        answer jsonb,
        PRIMARY KEY (actor, key)
      );
      CREATE INDEX requests_reserved_at ON app.requests (reserved_at);

      CREATE TABLE app.read_audit (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at timestamptz NOT NULL DEFAULT now(),
        person_ref uuid NOT NULL,
        role text NOT NULL,
        rule_id text NOT NULL,
        view text NOT NULL,
        case_id uuid,
        pupil_ref uuid,
        request_id uuid NOT NULL
      );
      CREATE INDEX read_audit_case ON app.read_audit (case_id, at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE app.read_audit, app.requests, app.sessions');
  }
}

export const accessMigrations = [WebTables1763800600001];
