/** Who read which case, when and by which rule. Written before the answer goes out; when it cannot be written, nothing does. */
import { Inject, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { PLATFORM, type Platform } from '../../../composition/src/platform';

export interface CaseSeen {
  readonly caseId: string;
  readonly pupilRef: string | null;
}

@Injectable()
export class ReadAudit {
  constructor(@Inject(PLATFORM) private readonly platform: Platform) {}

  /** One row a case shown, so that "who saw this case" counts lists and searches too. */
  async note(request: Request, view: string, ruleId: string, seen: readonly CaseSeen[]): Promise<void> {
    if (!request.viewer || seen.length === 0) return;
    await this.platform.database.application.query(
      `INSERT INTO app.read_audit (person_ref, role, rule_id, view, case_id, pupil_ref, request_id)
       SELECT $1, $2, $3, $4, case_id, pupil_ref, $5
       FROM unnest($6::uuid[], $7::uuid[]) AS seen (case_id, pupil_ref)`,
      [
        request.viewer.ref,
        request.viewer.role,
        ruleId,
        view,
        (request.res as Response).locals.requestId,
        seen.map((one) => one.caseId),
        seen.map((one) => one.pupilRef),
      ],
    );
  }
}
