import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * One row a projection and schema: the live tables in `read`, and a rebuild in `rebuild_<name>` while it runs. `events`
 * counts what lies behind the checkpoint, because positions are opaque and progress wants a number. The fill factor
 * keeps the updates of this small, busy table in their pages.
 */
export class ProjectionCheckpoints1763800300001 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE read.checkpoints (
        projection text NOT NULL,
        schema text NOT NULL,
        version integer NOT NULL,
        store_id text NOT NULL,
        position text,
        events bigint NOT NULL DEFAULT 0,
        tables text[] NOT NULL DEFAULT '{}',
        owner_epoch bigint NOT NULL DEFAULT 0,
        owner text,
        lease_until timestamptz,
        state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'stopped', 'rebuilding')),
        poison jsonb,
        updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (projection, schema)
      ) WITH (fillfactor = 50)`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE read.checkpoints');
  }
}

export const projectionsMigrations = [ProjectionCheckpoints1763800300001];
