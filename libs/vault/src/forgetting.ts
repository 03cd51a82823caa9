/**
 * Forgetting a child (event-format.md 8), in this order, each step repeatable: the suppression list; `PupilForgotten` in
 * the pupil's stream; the mutable rows; the key last. A crash anywhere leaves a pending row that `finish` takes up.
 */
import type { Pool } from 'pg';
import { type Clock, derivedId } from '@app/kernel';
import type { SuppressionList } from './suppression';
import type { KeyStore } from './vault';

/** Clears what one library keeps of a child in mutable rows or files. Quiet when there is nothing. */
export type Forgetter = (pupilRef: string) => Promise<void>;

export interface ForgottenPupil {
  readonly pupilRef: string;
  /** Europe/London date. */
  readonly on: string;
  /** The code that was asked with; absent where a restore lost it and only the suppression list knows the child. */
  readonly because?: string;
  /** The same each time, so that the event is in the log once. */
  readonly commandId: string;
}

interface ForgettingParts {
  readonly pool: Pick<Pool, 'query'>;
  readonly keys: KeyStore;
  readonly suppression: SuppressionList;
  readonly clock: Clock;
  /** Appends `PupilForgotten` to the pupil's stream, once for a command id. */
  appendForgotten(forgotten: ForgottenPupil): Promise<void>;
  /** Of the other libraries: import names and references, requests, audit, returned files. */
  readonly forgetters: readonly Forgetter[];
}

export class Forgetting {
  constructor(private readonly parts: ForgettingParts) {}

  /**
   * Forgets a child; `because` is a code of PupilForgotten, never words. When it throws, the child is still pending, and
   * `finish` goes on where it stopped.
   */
  async forget(pupilRef: string, because: string): Promise<void> {
    await this.parts.pool.query(
      `INSERT INTO vault.forgettings (pupil_ref, on_date, because) VALUES ($1, $2, $3)
       ON CONFLICT (pupil_ref) DO NOTHING`,
      [pupilRef, this.parts.clock.today(), because],
    );
    await this.carryOut(pupilRef);
  }

  /** The policy: finishes what a crash left. Answers how many; throws an AggregateError after trying all. */
  async finish(): Promise<number> {
    const { rows } = await this.parts.pool.query<{ pupil_ref: string }>(
      'SELECT pupil_ref FROM vault.forgettings WHERE done_at IS NULL ORDER BY pupil_ref',
    );
    return this.carryOutAll(rows.map((row) => row.pupil_ref));
  }

  /**
   * Before a restored database or key folder opens: forgets again whoever stands in the suppression list and came back.
   * Answers how many; throws an AggregateError, after which nothing may open.
   */
  async applySuppression(): Promise<number> {
    const since = new Map<string, string>();
    for (const { pupilRef, on } of this.parts.suppression.entries()) if (!since.has(pupilRef)) since.set(pupilRef, on);
    const { rows } = await this.parts.pool.query<{ pupil_ref: string }>(
      `SELECT pupil_ref FROM unnest($1::uuid[]) AS suppressed (pupil_ref)
       WHERE NOT EXISTS (SELECT FROM vault.forgettings f WHERE f.pupil_ref = suppressed.pupil_ref AND f.done_at IS NOT NULL)
          OR EXISTS (SELECT FROM vault.pupils p WHERE p.pupil_ref = suppressed.pupil_ref)
          OR EXISTS (SELECT FROM vault.lookup l WHERE l.pupil_ref = suppressed.pupil_ref)
          OR EXISTS (SELECT FROM vault.words w WHERE w.about = suppressed.pupil_ref)`,
      [[...since.keys()]],
    );
    const back = new Set(rows.map((row) => row.pupil_ref));
    for (const pupilRef of since.keys()) if (this.parts.keys.state(pupilRef) !== 'destroyed') back.add(pupilRef);
    await this.parts.pool.query(
      `INSERT INTO vault.forgettings (pupil_ref, on_date) SELECT * FROM unnest($1::uuid[], $2::date[])
       ON CONFLICT (pupil_ref) DO UPDATE SET done_at = NULL`,
      [[...back], [...back].map((pupilRef) => since.get(pupilRef))],
    );
    return this.carryOutAll([...back]);
  }

  private async carryOutAll(pupilRefs: readonly string[]): Promise<number> {
    const failures: unknown[] = [];
    for (const pupilRef of pupilRefs) await this.carryOut(pupilRef).catch((error: unknown) => failures.push(error));
    if (failures.length > 0) {
      throw new AggregateError(
        failures,
        `${failures.length} of ${pupilRefs.length} forgettings are not finished; they are tried again.`,
      );
    }
    return pupilRefs.length;
  }

  private async carryOut(pupilRef: string): Promise<void> {
    const { pool, keys, suppression, appendForgotten, forgetters } = this.parts;
    const pending = await pool.query<{ on: string; because: string | null }>(
      'SELECT on_date::text AS on, because FROM vault.forgettings WHERE pupil_ref = $1',
      [pupilRef],
    );
    const { on, because } = pending.rows[0] ?? { on: this.parts.clock.today(), because: null };

    const known = await pool.query<{ suppression_hmac: string }>(
      'SELECT suppression_hmac FROM vault.lookup WHERE pupil_ref = $1',
      [pupilRef],
    );
    const upns =
      known.rows.length > 0 || suppression.has(pupilRef) ? known.rows.map((row) => row.suppression_hmac) : [null];
    suppression.add(upns.map((upn) => ({ pupilRef, upn, on })));

    const commandId = derivedId(pupilRef, 'forgotten');
    await appendForgotten({ pupilRef, on, commandId, ...(because === null ? {} : { because }) });

    for (const forgetter of [...forgetters, this.clearVault]) await forgetter(pupilRef);

    await keys.destroy(pupilRef);
    // Again: a command under way may have kept words meanwhile; without the key nobody keeps any more.
    await this.clearVault(pupilRef);
    await pool.query('UPDATE vault.forgettings SET done_at = now() WHERE pupil_ref = $1', [pupilRef]);
  }

  private readonly clearVault: Forgetter = async (pupilRef) => {
    await this.parts.pool.query('DELETE FROM vault.words WHERE about = $1', [pupilRef]);
    await this.parts.pool.query('DELETE FROM vault.pupils WHERE pupil_ref = $1', [pupilRef]);
    await this.parts.pool.query('DELETE FROM vault.lookup WHERE pupil_ref = $1', [pupilRef]);
  };
}
