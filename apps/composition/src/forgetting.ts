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
