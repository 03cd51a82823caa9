import type { MigrationInterface, QueryRunner } from 'typeorm';

/** One row a restore: while one is unfinished, nothing else opens the database. */
class Restores1763800700001 implements MigrationInterface {
  readonly name = 'Restores1763800700001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE app.restores (
        backup_id uuid PRIMARY KEY,
        made_at timestamptz NOT NULL,
        loaded_at timestamptz NOT NULL DEFAULT now(),
        finished_at timestamptz
      );
      CREATE UNIQUE INDEX restores_one_at_a_time ON app.restores ((true)) WHERE finished_at IS NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE app.restores');
  }
}

export const safekeepingMigrations = [Restores1763800700001];
