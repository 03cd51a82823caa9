/** The vault's tables. Every column that says anything of a child is encrypted with the child's key, or an HMAC. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

class Vault1763800200001 implements MigrationInterface {
  readonly name = 'Vault1763800200001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE vault.tenant_key (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        check_value text NOT NULL
      );

      CREATE TABLE vault.words (
        ref uuid PRIMARY KEY,
        pupil_ref uuid,
        tenant text,
        about uuid,
        key_version integer NOT NULL,
        iv bytea NOT NULL,
        ciphertext bytea NOT NULL,
        tag bytea NOT NULL,
        stream text NOT NULL,
        command_id uuid NOT NULL,
        kept_at timestamptz NOT NULL DEFAULT now(),
        settled boolean NOT NULL DEFAULT false,
        CHECK (num_nonnulls(pupil_ref, tenant) = 1)
      );
      CREATE INDEX words_about ON vault.words (about);
      CREATE INDEX words_unsettled ON vault.words (kept_at) WHERE NOT settled;
      COMMENT ON COLUMN vault.words.pupil_ref IS 'the child under whose key the text is';
      COMMENT ON COLUMN vault.words.about IS 'the child with whom the row is deleted, whoever has the key';
      COMMENT ON COLUMN vault.words.settled IS 'the stream was read and its event is there';

      CREATE TABLE vault.pupils (
        pupil_ref uuid PRIMARY KEY,
        key_version integer NOT NULL,
        iv bytea NOT NULL,
        ciphertext bytea NOT NULL,
        tag bytea NOT NULL,
        name_tokens bytea[] NOT NULL
      );
      CREATE INDEX pupils_name_tokens ON vault.pupils USING gin (name_tokens);

      CREATE TABLE vault.lookup (
        upn_hmac bytea PRIMARY KEY,
        suppression_hmac text NOT NULL,
        pupil_ref uuid NOT NULL
      );
      CREATE INDEX lookup_pupil ON vault.lookup (pupil_ref);

      CREATE TABLE vault.forgettings (
        pupil_ref uuid PRIMARY KEY,
        on_date date NOT NULL,
        because text CHECK (because ~ '^[A-Za-z]{1,40}$'),
        done_at timestamptz
      );
      CREATE INDEX forgettings_pending ON vault.forgettings (pupil_ref) WHERE done_at IS NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE vault.tenant_key, vault.words, vault.pupils, vault.lookup, vault.forgettings');
  }
}

export const vaultMigrations = [Vault1763800200001];
