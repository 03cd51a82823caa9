/** Forgetting a child on a platform: the log's part, and what every library clears of its mutable rows and files. */
import { forgetPupil, POLICY_ACTOR } from '@app/cases';
import { Forgetting } from '@app/vault';
import type { Platform } from './platform';
import { importRowsOn, returnedFiles } from './register-import';

export function forgettingOn({ tenant, clock, journal, database, keys, suppression, stores }: Platform): Forgetting {
  const importRows = importRowsOn({ database, keys });
  const returned = returnedFiles(stores.dataFolder);
  return new Forgetting({
    pool: database.application,
    keys,
    suppression,
    clock,
    appendForgotten: ({ pupilRef, on, commandId, because }) =>
      forgetPupil(journal, clock, pupilRef, (because ?? 'erasureUpheld') as Parameters<typeof forgetPupil>[3], {
        commandId,
        correlationId: commandId,
        causationId: commandId,
        tenant,
        actor: POLICY_ACTOR,
        occurredOn: on,
        provenance: 'live',
      }),
    forgetters: [(pupilRef) => importRows.forget(pupilRef), () => returned.clear()],
  });
}

/** How much there is of some children, by kind: numbers only. */
export interface Disposal {
  /** Whose key is still there. */
  readonly children: number;
  /** Whose forgetting is finished. */
  readonly forgottenAlready: number;
  /** References of nobody who was ever here. */
  readonly unknown: readonly string[];
  /** Events whose sealed facts nobody will be able to read. */
  readonly events: number;
  readonly words: number;
  readonly identities: number;
  readonly importRows: number;
}

export async function disposalOf(
  { database, keys }: Pick<Platform, 'database' | 'keys'>,
  pupilRefs: readonly string[],
): Promise<Disposal> {
  const { rows } = await database.application.query<Record<'events' | 'words' | 'identities' | 'import_rows', number>>(
    `SELECT (SELECT count(*)::int FROM read.case_timeline WHERE pupil_ref = ANY ($1) AND child IS NOT NULL) AS events,
            (SELECT count(*)::int FROM vault.words WHERE about = ANY ($1)) AS words,
            (SELECT count(*)::int FROM vault.pupils WHERE pupil_ref = ANY ($1)) AS identities,
            (SELECT count(*)::int FROM app.import_rows WHERE pupil_ref = ANY ($1)) AS import_rows`,
    [pupilRefs],
  );
  const { rows: known } = await database.application.query<{ pupil_ref: string; done: boolean }>(
    `SELECT pupil_ref, false AS done FROM vault.lookup WHERE pupil_ref = ANY ($1)
     UNION ALL SELECT pupil_ref, done_at IS NOT NULL FROM vault.forgettings WHERE pupil_ref = ANY ($1)`,
    [pupilRefs],
  );
  const unknown = pupilRefs.filter(
    (pupilRef) => keys.state(pupilRef) === 'absent' && !known.some((row) => row.pupil_ref === pupilRef),
  );
  const { events, words, identities, import_rows: importRows } = rows[0]!;
  return {
    children: pupilRefs.filter((pupilRef) => keys.state(pupilRef) === 'kept').length,
    forgottenAlready: known.filter(({ done }) => done).length,
    unknown,
    events,
    words,
    identities,
    importRows,
  };
}
