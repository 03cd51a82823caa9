/** The vault's words in Postgres: what people wrote, each text under its owner's key, referred to by the log. */
import type { Pool } from 'pg';
import { decrypt, encrypt, keptKey, keyFor, ownersKey } from './sealer';
import type { KeyStore, WordsOwner, WordsToKeep, WordsVault } from './vault';

type Queries = Pick<Pool, 'query'>;

const binding = (ref: string, owner: WordsOwner, keyVersion: number): string =>
  `words|${ref}|${'pupilRef' in owner ? owner.pupilRef : owner.tenant}|${keyVersion}`;

export class PostgresWords implements WordsVault {
  constructor(
    private readonly pool: Queries,
    private readonly keys: KeyStore,
  ) {}

  async keep(words: readonly WordsToKeep[]): Promise<void> {
    const rows = [...new Map(words.map((word) => [word.ref, word])).values()].map(({ text, ...word }) => {
      const { key, version } = ownersKey(this.keys, word.owner);
      const sealed = encrypt(keyFor('vault', key), binding(word.ref, word.owner, version), JSON.stringify(text));
      return { ...word, version, ...sealed };
    });
    const pupilOf = (owner: WordsOwner) => ('pupilRef' in owner ? owner.pupilRef : null);
    // A command that is decided anew after a conflict has the same refs, and the text that it decided last stands.
    await this.pool.query(
      `INSERT INTO vault.words (ref, pupil_ref, tenant, about, key_version, iv, ciphertext, tag, stream, command_id)
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::int[], $6::bytea[], $7::bytea[],
         $8::bytea[], $9::text[], $10::uuid[])
       ON CONFLICT (ref) DO UPDATE SET pupil_ref = excluded.pupil_ref, tenant = excluded.tenant, about = excluded.about,
         key_version = excluded.key_version, iv = excluded.iv, ciphertext = excluded.ciphertext, tag = excluded.tag,
         kept_at = excluded.kept_at`,
      [
        rows.map((row) => row.ref),
        rows.map((row) => pupilOf(row.owner)),
        rows.map((row) => ('pupilRef' in row.owner ? null : row.owner.tenant)),
        rows.map((row) => row.about ?? pupilOf(row.owner)),
        rows.map((row) => row.version),
        rows.map((row) => row.iv),
        rows.map((row) => row.ciphertext),
        rows.map((row) => row.tag),
        rows.map((row) => row.stream),
        rows.map((row) => row.commandId),
      ],
    );
  }

  async read(refs: readonly string[]): Promise<ReadonlyMap<string, string>> {
    if (refs.length === 0) return new Map();
    const { rows } = await this.pool.query<{
      ref: string;
      pupil_ref: string | null;
      tenant: string;
      key_version: number;
      iv: Buffer;
      ciphertext: Buffer;
      tag: Buffer;
    }>('SELECT ref, pupil_ref, tenant, key_version, iv, ciphertext, tag FROM vault.words WHERE ref = ANY ($1)', [refs]);
    const texts = new Map<string, string>();
    for (const row of rows) {
      const owner = row.pupil_ref === null ? { tenant: row.tenant } : { pupilRef: row.pupil_ref };
      const key = keptKey(this.keys, owner, row.key_version);
      if (!key) continue;
      texts.set(row.ref, JSON.parse(decrypt(keyFor('vault', key), binding(row.ref, owner, row.key_version), row)));
    }
    return texts;
  }
}

/** What a stream holds of a command: the refs of the words in its events. */
export type RefsInStream = (stream: string, commandId: string) => Promise<ReadonlySet<string>>;

/**
 * A policy: deletes words that no event refers to (their append was refused, or decided anew otherwise), and marks the
 * others as settled. Only after the stream was read for the command id, and only rows older than any append can still
 * be under way. Answers how many it deleted.
 */
export async function sweepWords(
  pool: Queries,
  refsInStream: RefsInStream,
  { olderThanMinutes = 60, atMost = 500 } = {},
): Promise<number> {
  const { rows } = await pool.query<{ stream: string; command_id: string; refs: string[] }>(
    `SELECT stream, command_id, array_agg(ref::text) AS refs
     FROM (SELECT stream, command_id, ref FROM vault.words
           WHERE NOT settled AND kept_at < now() - make_interval(mins => $1) ORDER BY kept_at LIMIT $2) AS unsettled
     GROUP BY stream, command_id`,
    [olderThanMinutes, atMost],
  );
  let deleted = 0;
  for (const { stream, command_id, refs } of rows) {
    const referred = await refsInStream(stream, command_id);
    const orphans = refs.filter((ref) => !referred.has(ref));
    await pool.query('UPDATE vault.words SET settled = true WHERE ref = ANY ($1)', [
      refs.filter((ref) => referred.has(ref)),
    ]);
    // A row kept anew meanwhile, by the same command sent again, is not touched.
    const gone = await pool.query(
      'DELETE FROM vault.words WHERE ref = ANY ($1) AND kept_at < now() - make_interval(mins => $2)',
      [orphans, olderThanMinutes],
    );
    deleted += gone.rowCount ?? 0;
  }
  return deleted;
}
