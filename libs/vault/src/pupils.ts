/** Who the children are: names, dates of birth and UPNs under each child's key, and how a child is found. */
import type { Pool } from 'pg';
import { newId } from '@app/kernel';
import { lookupHmac, nameMatches, nameTokens, searchTokens } from './lookup-keys';
import { decrypt, encrypt, keptKey, keyFor, ownersKey } from './sealer';
import { suppressionHmac } from './suppression';
import type { KeyStore } from './vault';

/** What is known of a child's identity. */
export interface PupilIdentity {
  readonly name?: string;
  /** yyyy-mm-dd */
  readonly dateOfBirth?: string;
  readonly upn?: string;
}

interface PupilRow {
  pupil_ref: string;
  key_version: number;
  iv: Buffer;
  ciphertext: Buffer;
  tag: Buffer;
}

const binding = (pupilRef: string, keyVersion: number): string => `pupil|${pupilRef}|${keyVersion}`;

export class Pupils {
  constructor(
    private readonly pool: Pick<Pool, 'query'>,
    private readonly keys: KeyStore,
  ) {}

  /** The pupilRef of the child with this UPN, or nothing. */
  async findByUpn(upn: string): Promise<string | undefined> {
    const { rows } = await this.pool.query<{ pupil_ref: string }>(
      'SELECT pupil_ref FROM vault.lookup WHERE upn_hmac = $1',
      [lookupHmac(this.keys, upn)],
    );
    return rows[0]?.pupil_ref;
  }

  /**
   * The pupilRef of the child with this UPN; a new random one where the UPN was not known (`made`). Two callers at once
   * get the same one. The child's key is not made here (see keyForFirstCase).
   */
  async reserve(upn: string): Promise<{ readonly pupilRef: string; readonly made: boolean }> {
    for (;;) {
      const known = await this.findByUpn(upn);
      if (known) return { pupilRef: known, made: false };
      const pupilRef = newId();
      const { rowCount } = await this.pool.query(
        `INSERT INTO vault.lookup (upn_hmac, suppression_hmac, pupil_ref) VALUES ($1, $2, $3)
         ON CONFLICT (upn_hmac) DO NOTHING`,
        [lookupHmac(this.keys, upn), suppressionHmac(this.keys, upn), pupilRef],
      );
      if (rowCount === 1) return { pupilRef, made: true };
    }
  }

  /** Keeps who the child is, in place of what was kept before. Throws KeyMissing for a child without a key. */
  async remember(pupilRef: string, identity: PupilIdentity): Promise<void> {
    const { key, version } = ownersKey(this.keys, { pupilRef });
    const { iv, ciphertext, tag } = encrypt(keyFor('vault', key), binding(pupilRef, version), JSON.stringify(identity));
    await this.pool.query(
      `INSERT INTO vault.pupils (pupil_ref, key_version, iv, ciphertext, tag, name_tokens) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (pupil_ref) DO UPDATE SET key_version = excluded.key_version, iv = excluded.iv,
         ciphertext = excluded.ciphertext, tag = excluded.tag, name_tokens = excluded.name_tokens`,
      [pupilRef, version, iv, ciphertext, tag, nameTokens(this.keys, identity.name ?? '')],
    );
  }

  /** Who these children are, by pupilRef; one who was forgotten, or of whom nothing is kept, is left out. */
  async identities(pupilRefs: readonly string[]): Promise<ReadonlyMap<string, PupilIdentity>> {
    if (pupilRefs.length === 0) return new Map();
    const { rows } = await this.pool.query<PupilRow>(
      'SELECT pupil_ref, key_version, iv, ciphertext, tag FROM vault.pupils WHERE pupil_ref = ANY ($1)',
      [pupilRefs],
    );
    return this.open(rows);
  }

  /** The children of whose name some word begins with each word typed, by pupilRef. Accents and case do not matter. */
  async searchByName(typed: string): Promise<ReadonlyMap<string, PupilIdentity>> {
    const tokens = searchTokens(this.keys, typed);
    if (tokens.length === 0) return new Map();
    const { rows } = await this.pool.query<PupilRow>(
      'SELECT pupil_ref, key_version, iv, ciphertext, tag FROM vault.pupils WHERE name_tokens @> $1::bytea[]',
      [tokens],
    );
    return new Map([...this.open(rows)].filter(([, { name }]) => nameMatches(name ?? '', typed)));
  }

  private open(rows: readonly PupilRow[]): Map<string, PupilIdentity> {
    const identities = new Map<string, PupilIdentity>();
    for (const row of rows) {
      const key = keptKey(this.keys, { pupilRef: row.pupil_ref }, row.key_version);
      if (!key) continue;
      const text = decrypt(keyFor('vault', key), binding(row.pupil_ref, row.key_version), row);
      identities.set(row.pupil_ref, JSON.parse(text) as PupilIdentity);
    }
    return identities;
  }
}
