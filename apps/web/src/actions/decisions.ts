/** What a chair asks to be recorded of a case before a panel: the requests, and the commands that they become. */
import {
  BOUND_PARTIES,
  CONDITIONS,
  CorrectDecision,
  DECISION_CORRECTED_BECAUSE,
  DECISION_WITHDRAWN_BECAUSE,
  type DecisionCommandOf,
  DeclineToRatify,
  DeferCase,
  DEPARTURES,
  FINDINGS,
  LEGAL_BASES,
  METHODS,
  MISSING_INFO,
  NON_CHILD_FACTORS,
  QUESTIONS,
  RatifyDecision,
  REASON_CODES,
  RecordDecision,
  TakeChairsAction,
  WithdrawDecision,
} from '@app/decisions';
import { DECISION_TYPE_CODES, decisionIdOf } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import { Code, Codes, Day, Many, One, Ref, Urn, Whole, Words } from '../http/fields';
import type { Recorded } from '../http/idempotency.interceptor';
import { type Call, Commands, parts, When } from './call';

const optional = true;

export class ReliedRequest {
  @Whole(0, 1_000_000, { says: 'The revision of the case that was read' })
  caseRevision!: number;

  @Whole(0, 1_000_000, { says: 'The revision of the meeting that was read' })
  meetingRevision!: number;
}

export class VotesRequest {
  @Whole(0, 999)
  for!: number;

  @Whole(0, 999)
  against!: number;

  @Whole(0, 999)
  abstained!: number;
}

export class FindingRequest {
  @Ref()
  criterion!: string;

  @Code(FINDINGS)
  finding!: string;
}

export class ConditionRequest {
  @Code(CONDITIONS)
  code!: string;

  @Day({ optional })
  dueOn?: string;
}

export class DepartureRequest {
  @Code(DEPARTURES)
  because!: string;
}

export class DecisionWordsRequest {
  @Words(8000, { optional, says: 'Why, in words' })
  rationale?: string;

  @Words(8000, { optional, says: 'What the panel relied on' })
  evidence?: string;

  @Words(4000, { optional })
  conditionsWording?: string;

  @Words(4000, { optional })
  departureWording?: string;
}

class ContentRequest extends When {
  @Code(QUESTIONS, { optional })
  question?: string;

  @Codes(REASON_CODES, { optional })
  reasonCodes?: string[];

  @Many(() => FindingRequest, 50, { optional })
  findings?: FindingRequest[];

  @Urn({ optional })
  receivingUrn?: string;

  @Code(LEGAL_BASES, { optional })
  legalBasis?: string;

  @Codes(BOUND_PARTIES, { optional, says: 'Whom it binds' })
  bindingOn?: string[];

  @Code(METHODS, { optional })
  method?: string;

  @One(() => VotesRequest, { optional })
  votes?: VotesRequest;

  @Codes(NON_CHILD_FACTORS, { optional })
  nonChildFactors?: string[];

  @Codes(MISSING_INFO, { optional })
  missingInfo?: string[];

  @Many(() => ConditionRequest, 20, { optional })
  conditions?: ConditionRequest[];

  @Code(DECISION_TYPE_CODES, { optional, says: 'What is recommended besides' })
  recommendation?: string;

  @One(() => DepartureRequest, { optional, says: 'Differs from like cases, and why' })
  departure?: DepartureRequest;

  @Day({ optional })
  reviewOn?: string;
}

export class DecisionRequest extends ContentRequest {
  @Code(DECISION_TYPE_CODES)
  decisionType!: string;

  @One(() => ReliedRequest)
  relied!: ReliedRequest;

  @One(() => DecisionWordsRequest, { optional })
  words?: DecisionWordsRequest;
}

export class DeferralRequest extends ContentRequest {
  @Day({ optional, says: 'When the panel hears it again' })
  untilOn?: string;

  @One(() => ReliedRequest)
  relied!: ReliedRequest;

  @One(() => DecisionWordsRequest, { optional })
  words?: DecisionWordsRequest;
}

export class ChairsActionRequest extends ContentRequest {
  @Code(DECISION_TYPE_CODES)
  decisionType!: string;

  @Code(['riskToChild', 'placeWouldBeLost', 'legalDeadline', 'other'], { says: 'Why it could not wait' })
  urgency!: string;

  @One(() => ReliedRequest)
  relied!: ReliedRequest;

  @One(() => DecisionWordsRequest, { optional })
  words?: DecisionWordsRequest;
}

export class DecisionCorrectionWordsRequest extends DecisionWordsRequest {
  @Words(4000, { optional, says: 'Why it is corrected, in words' })
  reason?: string;
}

export class DecisionCorrectionRequest extends ContentRequest {
  @Ref()
  correctedEventId!: string;

  @Code(DECISION_CORRECTED_BECAUSE)
  because!: string;

  @Code(DECISION_TYPE_CODES, { optional, says: 'Absent when the case was put off' })
  decisionType?: string;

  @Day({ optional })
  untilOn?: string;

  @One(() => DecisionCorrectionWordsRequest, { optional })
  words?: DecisionCorrectionWordsRequest;
}

export class WithdrawalRequest extends When {
  @Ref({ says: 'The event that is withdrawn' })
  withdrawnEventId!: string;

  @Code(DECISION_WITHDRAWN_BECAUSE)
  because!: string;

  @Words(4000, { optional })
  reason?: string;
}

export class RatificationRequest extends When {
  @Ref({ says: 'The meeting that looked at it' })
  meetingId!: string;
}

@Injectable()
export class DecisionActions {
  constructor(private readonly commands: Commands) {}

  record(meetingId: string, caseId: string, request: DecisionRequest, call: Call): Promise<Recorded> {
    return this.about(meetingId, caseId, request, call, (decisionId, said, envelope) => {
      const command = { type: 'RecordDecision', ...said } as unknown as DecisionCommandOf<'RecordDecision'>;
      return new RecordDecision(decisionId, command, envelope, call.expected);
    });
  }

  defer(meetingId: string, caseId: string, request: DeferralRequest, call: Call): Promise<Recorded> {
    return this.about(meetingId, caseId, request, call, (decisionId, said, envelope) => {
      const command = { type: 'DeferCase', ...said } as unknown as DecisionCommandOf<'DeferCase'>;
      return new DeferCase(decisionId, command, envelope, call.expected);
    });
  }

  takeChairsAction(meetingId: string, caseId: string, request: ChairsActionRequest, call: Call): Promise<Recorded> {
    return this.about(meetingId, caseId, request, call, (decisionId, said, envelope) => {
      const command = { type: 'TakeChairsAction', ...said } as unknown as DecisionCommandOf<'TakeChairsAction'>;
      return new TakeChairsAction(decisionId, command, envelope, call.expected);
    });
  }

  /** @param matter which case and meeting the decision was about; a correction never changes them */
  async correct(
    decisionId: string,
    matter: { readonly caseId: string; readonly meetingId: string },
    request: DecisionCorrectionRequest,
    call: Call,
  ): Promise<Recorded> {
    const { when, said } = parts(request);
    const command = { type: 'CorrectDecision', ...matter, ...said } as unknown as DecisionCommandOf<'CorrectDecision'>;
    const envelope = this.commands.envelope(call, when);
    return this.send(decisionId, new CorrectDecision(decisionId, command, envelope, call.expected));
  }

  async withdraw(decisionId: string, request: WithdrawalRequest, call: Call): Promise<Recorded> {
    const { when, said } = parts(request);
    const { reason, ...rest } = said;
    const command = {
      type: 'WithdrawDecision',
      ...rest,
      ...(reason ? { words: { reason } } : {}),
    } as DecisionCommandOf<'WithdrawDecision'>;
    const envelope = this.commands.envelope(call, when);
    return this.send(decisionId, new WithdrawDecision(decisionId, command, envelope, call.expected));
  }

  async ratify(decisionId: string, request: RatificationRequest, call: Call): Promise<Recorded> {
    const { when, said } = parts(request);
    const envelope = this.commands.envelope(call, when);
    const command = { type: 'RatifyDecision', ...said } as DecisionCommandOf<'RatifyDecision'>;
    return this.send(decisionId, new RatifyDecision(decisionId, command, envelope, call.expected));
  }

  async declineToRatify(decisionId: string, request: RatificationRequest, call: Call): Promise<Recorded> {
    const { when, said } = parts(request);
    const envelope = this.commands.envelope(call, when);
    const command = { type: 'DeclineToRatify', ...said } as DecisionCommandOf<'DeclineToRatify'>;
    return this.send(decisionId, new DeclineToRatify(decisionId, command, envelope, call.expected));
  }

  private async about(
    meetingId: string,
    caseId: string,
    request: When,
    call: Call,
    make: (
      decisionId: string,
      said: object,
      envelope: ReturnType<Commands['envelope']>,
    ) => Parameters<Commands['send']>[0],
  ): Promise<Recorded> {
    const { when, said } = parts(request);
    const decisionId = decisionIdOf(meetingId, caseId);
    const command = make(decisionId, { caseId, meetingId, ...said }, this.commands.envelope(call, when));
    return this.commands.answer(await this.commands.send(command), { decisionId, caseId, meetingId }, 201);
  }

  private async send(decisionId: string, command: Parameters<Commands['send']>[0]): Promise<Recorded> {
    return this.commands.answer(await this.commands.send(command), { decisionId });
  }
}
