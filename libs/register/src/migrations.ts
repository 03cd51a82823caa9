/** Mutable rows of the import: who sent what, and which row became which case. Disposal clears them. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

class Register1763800500001 implements MigrationInterface {
  readonly name = 'Register1763800500001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE app.imports (
        import_id uuid PRIMARY KEY,
        register text NOT NULL,
        file_name text NOT NULL,
        started_at timestamptz NOT NULL DEFAULT now()
      );

      CREATE TABLE app.import_rows (
        row_key bytea PRIMARY KEY,
        row_id uuid NOT NULL UNIQUE,
        import_id uuid NOT NULL REFERENCES app.imports,
        row_number integer NOT NULL,
        pupil_ref uuid NOT NULL,
        case_id uuid NOT NULL UNIQUE,
        move_id uuid NOT NULL,
        hearing integer NOT NULL DEFAULT 1,
        meeting_on date NOT NULL,
        deferred boolean NOT NULL,
        planned_start date,
        cells jsonb NOT NULL,
        earlier jsonb NOT NULL DEFAULT '[]',
        done boolean NOT NULL DEFAULT false
      );
      ALTER TABLE app.imports ALTER COLUMN file_name SET STATISTICS 0;
      CREATE INDEX import_rows_pupil ON app.import_rows (pupil_ref);
      COMMENT ON COLUMN app.imports.file_name IS 'no planner statistics: they would keep samples of it after it was cleared';
      COMMENT ON COLUMN app.import_rows.row_key IS 'HMAC of register and case reference';
      COMMENT ON COLUMN app.import_rows.cells IS 'HMAC of each filled cell, by column: enough to see a change, not to read it';
      COMMENT ON COLUMN app.import_rows.earlier IS 'the cells of hearings that were put off';
      COMMENT ON COLUMN app.import_rows.planned_start IS 'a start that has not come yet';
      COMMENT ON COLUMN app.import_rows.done IS 'everything that the cells say is in the log';
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE app.import_rows, app.imports');
  }
}

/** Names of files were readable before: those are cleared. */
class FileNamesEncrypted1763800500002 implements MigrationInterface {
  readonly name = 'FileNamesEncrypted1763800500002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      UPDATE app.imports SET file_name = 'forgotten';
      COMMENT ON COLUMN app.imports.file_name IS 'encrypted under the tenant''s text key: iv, tag and ciphertext in base64';
    `);
  }

  async down(): Promise<void> {}
}

export const registerMigrations = [Register1763800500001, FileNamesEncrypted1763800500002];
