/**
 * Policy: whenever a place was reserved for a referral that has not arrived after ten minutes, the referral is abandoned
 * and, only if that won over the referral, the place is released (event-format.md 3). The referral itself is never finished here.
 */
import { type CommandEnvelope, DATABASE, type Executed } from '@app/event-store';
import type { CaseType } from '@app/kernel';
import { derivedId } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { CaseDesk, stepOf } from '../commands/case-desk';

/** A place in a child's stream. */
export interface HeldPlace {
  readonly pupilRef: string;
  readonly caseId: string;
  readonly caseType: CaseType;
}

const TEN_MINUTES_MS = 10 * 60_000;

/** Who acts for Evenhand's own policies: no person of the directory. */
export const POLICY_ACTOR = { ref: '00000000-0000-4000-8000-0000000e0001', role: 'policy' } as const;

/** Answers `arrived` when the referral was there first: then the place stays held. */
export async function abandonReferral(
  desk: CaseDesk,
  { pupilRef, caseId, caseType }: HeldPlace,
  envelope: CommandEnvelope,
): Promise<'abandoned' | 'arrived'> {
  const abandoned: Executed = await desk.onCase(
    caseId,
    { type: 'AbandonReferral', caseType },
    stepOf(envelope, 'abandon'),
  );
  if (abandoned.kind === 'refused') return 'arrived';
  await desk.onPupil(pupilRef, { type: 'ReleasePupilCase', caseId, because: 'abandoned' }, stepOf(envelope, 'release'));
  return 'abandoned';
}

interface AwaitedRow {
  readonly case_id: string;
  readonly pupil_ref: string;
  readonly case_type: CaseType;
}

@Injectable()
export class AbandonStaleReferrals {
  constructor(
    private readonly desk: CaseDesk,
    @Inject(DATABASE) private readonly database: { readonly application: ReadPool },
  ) {}

  /** Abandons what has been awaited for more than ten minutes; how many were. Repeatable, also at once from two processes. */
  async tick(tenant: string): Promise<number> {
    const before = new Date(this.desk.clock.now().getTime() - TEN_MINUTES_MS).toISOString();
    const { rows } = await this.database.application.query(
      `select case_id, pupil_ref, case_type from read.awaited_referrals
       where not settled and opened_at < $1 order by opened_at limit 100`,
      [before],
    );
    let abandoned = 0;
    for (const row of rows as unknown as readonly AwaitedRow[]) {
      const place = { caseId: row.case_id, pupilRef: row.pupil_ref, caseType: row.case_type };
      const outcome = await abandonReferral(this.desk, place, this.envelopeFor(place, tenant));
      if (outcome === 'abandoned') abandoned += 1;
    }
    return abandoned;
  }

  private envelopeFor({ caseId }: HeldPlace, tenant: string): CommandEnvelope {
    const commandId = derivedId(caseId, 'abandon-stale-referrals');
    return {
      commandId,
      correlationId: commandId,
      causationId: commandId,
      tenant,
      actor: POLICY_ACTOR,
      occurredOn: this.desk.clock.today(),
      provenance: 'live',
    };
  }
}

interface ReadPool {
  query(sql: string, params?: unknown[]): Promise<{ rows: object[] }>;
}
