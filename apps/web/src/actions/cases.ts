/** What people ask of a case: the requests, and the commands that they become. */
import {
  AcceptCase,
  CASE_OUTCOMES,
  type CaseCommandOf,
  CloseCase,
  CorrectCase,
  CORRECTED_BECAUSE,
  INTERVENTIONS,
  RecordConsent,
  RecordParentView,
  RecordPupilView,
  ReferCase,
  REFERRER_ROLES,
  ReopenCase,
  REOPENED_BECAUSE,
  SHARING_PARTIES,
  SOCIAL_CARE,
  VIEW_ABSENT_BECAUSE,
  VIEW_METHODS,
  WithdrawConsent,
} from '@app/cases';
import {
  CARE_STATUS_CODES,
  CASE_TYPE_CODES,
  DECISION_TYPE_CODES,
  derivedId,
  ETHNICITY_CODES,
  FAIR_ACCESS_CATEGORIES,
  MAIN_REASON_CODES,
  normalisedUpn,
  PARENT_STANCE_CODES,
  PRIMARY_NEED_CODES,
  PUPIL_STANCE_CODES,
  SEN_PROVISION_CODES,
  SEX_CODES,
} from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { PLATFORM, type Platform } from '../../../composition/src/platform';
import { Code, Codes, Day, HalfDays, One, Ref, Upn, Urn, Whole, Words, YesOrNo } from '../http/fields';
import type { Recorded } from '../http/idempotency.interceptor';
import { invalid } from '../http/problem';
import { type Call, Commands, parts, When } from './call';

const optional = true;

export class ChildRequest {
  @Words(200, { optional, says: 'Kept in the vault, never in the log.' })
  name?: string;

  @Day({ says: 'Kept in the vault, never in the log.' })
  dateOfBirth!: string;

  @Upn({ says: 'Kept in the vault, never in the log.' })
  upn!: string;
}

export class FactsRequest {
  @Whole(1, 14, { says: 'National Curriculum year group' })
  ncYear!: number;

  @Code(MAIN_REASON_CODES, { says: 'The main reason, CBDS code' })
  mainReason!: string;

  @Codes(MAIN_REASON_CODES, { optional })
  furtherReasons?: string[];

  @Code(SEN_PROVISION_CODES)
  senProvision!: string;

  @Code(PRIMARY_NEED_CODES, { optional })
  primaryNeed?: string;

  @YesOrNo({ optional })
  ehcPlan?: boolean;

  @Code(CARE_STATUS_CODES, { optional })
  careStatus?: string;

  @Code(SOCIAL_CARE, { optional })
  socialCare?: string;

  @YesOrNo({ optional })
  hasSocialWorker?: boolean;

  @YesOrNo({ optional })
  freeSchoolMeals?: boolean;

  @Code(ETHNICITY_CODES, { optional, says: 'Never matched on' })
  ethnicity?: string;

  @Code(SEX_CODES, { optional, says: 'Never matched on' })
  sex?: string;

  @Whole(0, 99, { optional, says: 'Completed assess-plan-do-review cycles' })
  supportCycles?: number;

  @HalfDays({ optional, says: 'School days suspended this school year' })
  daysSuspended?: number;

  @Whole(0, 99, { optional, says: 'Managed moves before this case' })
  previousMoves?: number;

  @Codes(INTERVENTIONS, { optional, says: 'What has been tried' })
  interventions?: string[];

  @YesOrNo({ optional, says: 'The child has no school place' })
  unplaced?: boolean;

  @Code(FAIR_ACCESS_CATEGORIES, { optional, says: 'School Admissions Code 3.17' })
  fairAccessCategory?: string;
}

export class ReferralWordsRequest {
  @Words(4000, { optional, says: 'What the child does well' })
  strengths?: string;

  @Words(4000, { optional, says: 'What helps, and what is needed' })
  whatHelps?: string;

  @Words(4000, { optional, says: 'What has happened' })
  circumstances?: string;

  @Words(1000, { optional, says: 'How the family wish things to be said' })
  preferredTerms?: string;
}

export class ReferralRequest extends When {
  @One(() => ChildRequest)
  child!: ChildRequest;

  @Urn({ says: 'The school where the child is on roll' })
  homeUrn!: string;

  @Code(CASE_TYPE_CODES)
  caseType!: string;

  @Code(DECISION_TYPE_CODES, { says: 'What the panel is asked for' })
  requested!: string;

  @Code(REFERRER_ROLES, { optional })
  referrerRole?: string;

  @YesOrNo({ optional, says: 'The headteacher has signed the referral' })
  headSignOff?: boolean;

  @One(() => FactsRequest)
  facts!: FactsRequest;

  @One(() => ReferralWordsRequest, { optional })
  words?: ReferralWordsRequest;
}

export class CorrectionWordsRequest extends ReferralWordsRequest {
  @Words(1000, { optional, says: 'Why it is corrected, in words' })
  reason?: string;
}

export class CaseCorrectionRequest extends When {
  @Ref({ says: 'The event that is corrected: the referral, or an earlier correction' })
  correctedEventId!: string;

  @Code(CORRECTED_BECAUSE)
  because!: string;

  @Urn()
  homeUrn!: string;

  @Code(CASE_TYPE_CODES)
  caseType!: string;

  @Code(DECISION_TYPE_CODES)
  requested!: string;

  @Code(REFERRER_ROLES, { optional })
  referrerRole?: string;

  @YesOrNo({ optional })
  headSignOff?: boolean;

  @One(() => FactsRequest, { says: 'The full new value' })
  facts!: FactsRequest;

  @One(() => CorrectionWordsRequest, { optional })
  words?: CorrectionWordsRequest;
}

export class AcceptanceRequest extends When {
  @Ref()
  panelId!: string;

  @Code(FAIR_ACCESS_CATEGORIES, { optional })
  fairAccessCategory?: string;
}

class ViewRequest extends When {
  @Day({ optional, says: 'When the view was given' })
  capturedOn?: string;

  @Code(VIEW_METHODS, { optional })
  method?: string;

  @Code(VIEW_ABSENT_BECAUSE, { optional, says: 'Why there is no view' })
  absentBecause?: string;

  @YesOrNo({ optional, says: 'Read back to the person and agreed' })
  sharedBack?: boolean;

  @Words(4000, { optional, says: 'In their own words' })
  view?: string;
}

export class ParentViewRequest extends ViewRequest {
  @Code(PARENT_STANCE_CODES, { optional })
  stance?: string;
}

export class PupilViewRequest extends ViewRequest {
  @Code(PUPIL_STANCE_CODES, { optional })
  stance?: string;
}

export class ConsentRequest extends When {
  @Code(SHARING_PARTIES)
  party!: string;

  @Day({ says: 'The day of the conversation' })
  conversationOn!: string;

  @YesOrNo({ says: 'Asked whether anybody felt pressed to agree' })
  pressureChecked!: boolean;
}

export class ConsentWithdrawalRequest extends When {
  @Code(SHARING_PARTIES)
  party!: string;
}

export class ClosingRequest extends When {
  @Code(CASE_OUTCOMES)
  outcome!: string;
}

export class ReopeningRequest extends When {
  @Code(REOPENED_BECAUSE)
  because!: string;
}

@Injectable()
export class CaseActions {
  constructor(
    private readonly commands: Commands,
    @Inject(PLATFORM) private readonly platform: Platform,
  ) {}

  /** Sent again after a crash it finds the same case: its id follows from the command's. */
  async refer(request: ReferralRequest, call: Call): Promise<Recorded> {
    const { when, said } = parts(request);
    const { child, ...terms } = said;
    const today = this.platform.clock.today();
    if (child.dateOfBirth > (when.occurredOn ?? today)) {
      throw invalid([{ field: 'child.dateOfBirth', remedy: 'Send the date of birth; it lies before the referral.' }]);
    }
    const upn = normalisedUpn(child.upn);
    const { pupilRef } = await this.platform.pupils.reserve(upn);
    const caseId = derivedId(call.commandId, 'case');
    const command = { type: 'ReferCase', pupilRef, ...terms } as unknown as CaseCommandOf<'ReferCase'>;
    const executed = await this.commands.send(new ReferCase(caseId, command, this.commands.envelope(call, when)));
    await this.platform.pupils.remember(pupilRef, {
      upn,
      dateOfBirth: child.dateOfBirth,
      ...(child.name ? { name: child.name } : {}),
    });
    return this.commands.answer(executed, { caseId }, 201);
  }

  async correct(caseId: string, request: CaseCorrectionRequest, call: Call): Promise<Recorded> {
    const { when, said } = parts(request);
    const command = { type: 'CorrectCase', ...said } as unknown as CaseCommandOf<'CorrectCase'>;
    return this.send(caseId, new CorrectCase(caseId, command, this.commands.envelope(call, when), call.expected));
  }

  async accept(caseId: string, request: AcceptanceRequest, call: Call): Promise<Recorded> {
    const { when, said } = parts(request);
    const command = { type: 'AcceptCase', ...said } as unknown as CaseCommandOf<'AcceptCase'>;
    return this.send(caseId, new AcceptCase(caseId, command, this.commands.envelope(call, when), call.expected));
  }

  async parentView(caseId: string, request: ParentViewRequest, call: Call): Promise<Recorded> {
    const { when, said } = parts(request);
    const { view: words, ...view } = said;
    const command = {
      type: 'RecordParentView',
      view,
      ...(words ? { words: { view: words } } : {}),
    } as CaseCommandOf<'RecordParentView'>;
    return this.send(caseId, new RecordParentView(caseId, command, this.commands.envelope(call, when), call.expected));
  }

  async pupilView(caseId: string, request: PupilViewRequest, call: Call): Promise<Recorded> {
    const { when, said } = parts(request);
    const { view: words, ...view } = said;
    const command = {
      type: 'RecordPupilView',
      view,
      ...(words ? { words: { view: words } } : {}),
    } as CaseCommandOf<'RecordPupilView'>;
    return this.send(caseId, new RecordPupilView(caseId, command, this.commands.envelope(call, when), call.expected));
  }

  async consent(caseId: string, request: ConsentRequest, call: Call): Promise<Recorded> {
    const { when, said } = parts(request);
    const command = { type: 'RecordConsent', ...said } as CaseCommandOf<'RecordConsent'>;
    return this.send(caseId, new RecordConsent(caseId, command, this.commands.envelope(call, when), call.expected));
  }

  async withdrawConsent(caseId: string, request: ConsentWithdrawalRequest, call: Call): Promise<Recorded> {
    const { when, said } = parts(request);
    const command = { type: 'WithdrawConsent', ...said } as CaseCommandOf<'WithdrawConsent'>;
    return this.send(caseId, new WithdrawConsent(caseId, command, this.commands.envelope(call, when), call.expected));
  }

  async close(caseId: string, request: ClosingRequest, call: Call): Promise<Recorded> {
    const { when, said } = parts(request);
    const command = { type: 'CloseCase', ...said } as CaseCommandOf<'CloseCase'>;
    return this.send(caseId, new CloseCase(caseId, command, this.commands.envelope(call, when), call.expected));
  }

  async reopen(caseId: string, request: ReopeningRequest, call: Call): Promise<Recorded> {
    const { when, said } = parts(request);
    const command = { type: 'ReopenCase', ...said } as CaseCommandOf<'ReopenCase'>;
    return this.send(caseId, new ReopenCase(caseId, command, this.commands.envelope(call, when), call.expected));
  }

  private async send(caseId: string, command: Parameters<Commands['send']>[0]): Promise<Recorded> {
    return this.commands.answer(await this.commands.send(command), { caseId });
  }
}
