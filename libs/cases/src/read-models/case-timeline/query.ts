/** A case's timeline, in the order in which it was recorded; whoever asks has been let in to the case before. */
import type { Provenance, VaultRef } from '@app/kernel';

export interface TimelineEntry {
  readonly eventId: string;
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  /** The day it happened. */
  readonly occurredOn: string;
  readonly recordedAt: Date;
  readonly actorRef: string;
  readonly actorRole: string;
  readonly provenance: Provenance;
  readonly clear: Readonly<Record<string, unknown>>;
  /** The child's facts, `forgotten`, or nothing where the event has none. */
  readonly child: Readonly<Record<string, unknown>> | 'forgotten' | undefined;
  /** References to texts in the vault, by field. */
  readonly words: Readonly<Record<string, VaultRef>>;
}

interface ReadPool {
  query(sql: string, params?: unknown[]): Promise<{ rows: object[] }>;
}

type Row = Omit<TimelineEntry, 'child' | 'words'> & {
  readonly pupilRef: string | null;
  readonly child: Readonly<Record<string, unknown>> | null;
  readonly words: TimelineEntry['words'] | null;
};

export async function caseTimelineOf(pool: ReadPool, caseId: string): Promise<TimelineEntry[]> {
  const { rows } = await pool.query(
    `select event_id as "eventId", stream, revision, type, occurred_on::text as "occurredOn",
       recorded_at as "recordedAt", actor_ref as "actorRef", actor_role as "actorRole", provenance,
       pupil_ref as "pupilRef", clear, child, words
     from read.case_timeline where case_id = $1 order by place`,
    [caseId],
  );
  return (rows as Row[]).map(({ pupilRef, child, words, ...entry }) => ({
    ...entry,
    child: child ?? (pupilRef === null ? undefined : 'forgotten'),
    words: words ?? {},
  }));
}
