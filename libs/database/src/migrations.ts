/**
 * The schemas and who may do what in them. Later migrations only make tables and functions: the default privileges set
 * here reach those by themselves. Where a migration has to name a role it reads `current_setting('evenhand.application')`
 * or `current_setting('evenhand.projector')`.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class SchemasAndPrivileges1763800000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE SCHEMA IF NOT EXISTS log;
      CREATE SCHEMA IF NOT EXISTS app;
      CREATE SCHEMA IF NOT EXISTS vault;

      -- A function is everybody's by default; ours append to the log.
      ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

      DO $$
      DECLARE
        application text := current_setting('evenhand.application');
        projector text := current_setting('evenhand.projector');
      BEGIN
        EXECUTE format('GRANT USAGE ON SCHEMA log TO %I, %I', application, projector);
        EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA log GRANT SELECT ON TABLES TO %I, %I', application, projector);
        EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA log GRANT EXECUTE ON FUNCTIONS TO %I', application);

        EXECUTE format('GRANT USAGE ON SCHEMA app, vault TO %I', application);
        EXECUTE format(
          'ALTER DEFAULT PRIVILEGES IN SCHEMA app, vault GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO %I', application);
        EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA app, vault GRANT USAGE, SELECT ON SEQUENCES TO %I', application);
        EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA app, vault GRANT EXECUTE ON FUNCTIONS TO %I', application);

        -- What migrations make beside the projector's own tables.
        EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA read GRANT ALL ON TABLES TO %I', projector);
        EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA read GRANT ALL ON SEQUENCES TO %I', projector);
        EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA read GRANT EXECUTE ON FUNCTIONS TO %I, %I', projector, application);
        EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA read GRANT SELECT ON TABLES TO %I', application);
      END $$;
    `);
  }

  async down(): Promise<void> {
    throw new Error('The log is never unmade.');
  }
}

export const databaseMigrations = [SchemasAndPrivileges1763800000001];
