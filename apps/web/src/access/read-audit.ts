/** Who read which case, when and by which rule. Written before the answer goes out; when it cannot be written, nothing does. */
import { decide } from '@app/access';
import { Inject, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { PLATFORM, type Platform } from '../../../composition/src/platform';

/** A case that is about to be shown. */
export interface CaseSeen {
  readonly caseId: string;
  readonly panelId: string | null;
  readonly homeUrn: string;
  readonly receivingUrn: string | null;
  readonly pupilRef: string;
}

@Injectable()
export class ReadAudit {
  constructor(@Inject(PLATFORM) private readonly platform: Platform) {}

  /** One row a case shown, so that "who saw this case" counts lists and searches too. */
  async note(request: Request, view: string, seen: readonly CaseSeen[]): Promise<void> {
    const { viewer } = request;
    if (!viewer || seen.length === 0) return;
    await this.platform.database.application.query(
      `INSERT INTO app.read_audit (person_ref, role, rule_id, view, case_id, pupil_ref, request_id)
       SELECT $1, $2, rule_id, $3, case_id, pupil_ref, $4
       FROM unnest($5::uuid[], $6::uuid[], $7::text[]) AS seen (case_id, pupil_ref, rule_id)`,
      [
        viewer.ref,
        viewer.role,
        view,
        (request.res as Response).locals.requestId,
        seen.map((one) => one.caseId),
        seen.map((one) => one.pupilRef),
        seen.map((one) => decide(viewer, { kind: 'case', ...one }, 'case.read').ruleId),
      ],
    );
  }
}
