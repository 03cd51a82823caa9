/** What a school records of a suspension or exclusion: the requests, and the commands that they become. */
import {
  ALL_REVIEW_OUTCOMES,
  type ExclusionCommandOf,
  IssuePermanentExclusion,
  IssueSuspension,
  REVIEW_FINDINGS,
  REVIEW_KINDS,
  ReviewExclusion,
  SHORTFALLS,
} from '@app/exclusions';
import { derivedId, MAIN_REASON_CODES } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { CaseResource } from '../access/resources';
import { Code, Codes, Day, Ref, Whole, Words, YesOrNo } from '../http/fields';
import type { Recorded } from '../http/idempotency.interceptor';
import { type Call, Commands, parts, When } from './call';

const optional = true;

export class SuspensionRequest extends When {
  @Code(['SUSP', 'LNCH'], { says: 'Suspension, or at lunchtime' })
  category!: string;

  @Codes(MAIN_REASON_CODES)
  reasons!: string[];

  @Day()
  startsOn!: string;

  @Day()
  endsOn!: string;

  @Whole(0, 400, { optional, says: 'Sessions missed; two a day' })
  sessions?: number;

  @YesOrNo({ optional, says: 'Would miss a public exam or national test' })
  missesExam?: boolean;
}

export class PermanentExclusionRequest extends When {
  @Codes(MAIN_REASON_CODES)
  reasons!: string[];

  @Day()
  fromOn!: string;

  @YesOrNo({ optional, says: 'Would miss a public exam' })
  missesExam?: boolean;
}

export class ReviewRequest extends When {
  @Code(REVIEW_KINDS)
  reviewKind!: string;

  @Code(ALL_REVIEW_OUTCOMES, { says: 'Depends on the kind of review' })
  outcome!: string;

  @Ref({ optional, says: 'The case through which it came' })
  caseId?: string;

  @Codes(REVIEW_FINDINGS, { optional })
  findings?: string[];

  @Codes(SHORTFALLS, { optional, says: 'Where support fell short' })
  shortfalls?: string[];

  @Words(4000, { optional })
  summary?: string;
}

@Injectable()
export class ExclusionActions {
  constructor(private readonly commands: Commands) {}

  /** Of the child of a case, by the school where the child is on roll. */
  async suspend(theCase: CaseResource, request: SuspensionRequest, call: Call): Promise<Recorded> {
    const { when, said } = parts(request);
    const exclusionId = derivedId(call.commandId, 'exclusion');
    const { pupilRef, homeUrn } = theCase;
    const command = { type: 'IssueSuspension', pupilRef, homeUrn, ...said } as ExclusionCommandOf<'IssueSuspension'>;
    const executed = await this.commands.send(
      new IssueSuspension(exclusionId, command, this.commands.envelope(call, when), call.expected),
    );
    return this.commands.answer(executed, { exclusionId }, 201);
  }

  async exclude(theCase: CaseResource, request: PermanentExclusionRequest, call: Call): Promise<Recorded> {
    const { when, said } = parts(request);
    const exclusionId = derivedId(call.commandId, 'exclusion');
    const { pupilRef, homeUrn } = theCase;
    const command = {
      type: 'IssuePermanentExclusion',
      pupilRef,
      homeUrn,
      ...said,
    } as ExclusionCommandOf<'IssuePermanentExclusion'>;
    const executed = await this.commands.send(
      new IssuePermanentExclusion(exclusionId, command, this.commands.envelope(call, when), call.expected),
    );
    return this.commands.answer(executed, { exclusionId }, 201);
  }

  async review(exclusionId: string, request: ReviewRequest, call: Call): Promise<Recorded> {
    const { when, said } = parts(request);
    const { summary, ...review } = said;
    const command = {
      type: 'ReviewExclusion',
      ...review,
      ...(summary ? { words: { summary } } : {}),
    } as ExclusionCommandOf<'ReviewExclusion'>;
    const executed = await this.commands.send(
      new ReviewExclusion(exclusionId, command, this.commands.envelope(call, when), call.expected),
    );
    return this.commands.answer(executed, { exclusionId });
  }
}
