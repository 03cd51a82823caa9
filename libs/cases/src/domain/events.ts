/**
 * A storage format: stored names and fields never change (event-format.md 7). What is true of a child stands in `child`
 * and is sealed; what a person wrote stands in `words` and goes to the vault.
 */
import {
  CARE_STATUS_CODES,
  CASE_TYPE_CODES,
  code,
  DECISION_TYPE_CODES,
  date,
  defineCodec,
  defineEvent,
  ETHNICITY_CODES,
  type EventsOf,
  FAIR_ACCESS_CATEGORIES,
  flag,
  halfDays,
  id,
  list,
  MAIN_REASON_CODES,
  optional,
  PARENT_STANCE_CODES,
  PRIMARY_NEED_CODES,
  PUPIL_STANCE_CODES,
  SEN_PROVISION_CODES,
  SEX_CODES,
  urn,
  whole,
  words,
} from '@app/kernel';

/** Rules that a recorded fact may turn out to have broken. */
export const CASE_BREACHES = [
  'case-already-open',
  'head-sign-off-missing',
  'not-unplaced',
  'fair-access-category-not-permitted',
] as const;
/** What a live command would have required and a source does not say. */
export const CASE_NOT_RECORDED = [
  'referredOn',
  'headSignOff',
  'referrerRole',
  'primaryNeed',
  'freeSchoolMeals',
  'careStatus',
  'ethnicity',
  'sex',
  'supportCycles',
  'daysSuspended',
  'previousMoves',
  'unplaced',
  'fairAccessCategory',
  'capturedOn',
  'sharingConsent',
] as const;

const breaches = optional(list(code(CASE_BREACHES, 'a rule that the recorded facts break')));
const notRecorded = optional(list(code(CASE_NOT_RECORDED, 'what the source does not say')));
const caseType = code(CASE_TYPE_CODES, 'what kind of case');

export const REFERRER_ROLES = ['headteacher', 'senco', 'inclusionLead', 'laOfficer', 'virtualSchool', 'other'] as const;
export const SOCIAL_CARE = ['none', 'childInNeed', 'childProtection'] as const;
export const INTERVENTIONS = [
  'supportCycle',
  'outreach',
  'educationalPsychologist',
  'speechAndLanguage',
  'mentalHealthSupport',
  'earlyHelp',
  'mentoring',
  'adjustedTimetable',
  'alternativeProvision',
  'offSiteDirection',
] as const;
export const CASE_OUTCOMES = [...DECISION_TYPE_CODES, 'deferred', 'withdrawn', 'noLongerNeeded'] as const;
export const REOPENED_BECAUSE = ['heardAgain', 'newInformation', 'moveDidNotLast', 'closedInError'] as const;
export const FORGOTTEN_BECAUSE = ['retentionEnded', 'erasureUpheld', 'enteredInError'] as const;
export const CORRECTED_BECAUSE = ['wrongWhenRecorded', 'newInformation', 'wrongPupil', 'familyAsked'] as const;

/** The child's facts as a school gives them at referral. Who refers is one: the virtual school only refers looked-after children. */
const referredFacts = {
  referrerRole: optional(code(REFERRER_ROLES, 'who refers')),
  headSignOff: optional(flag('the headteacher has signed the referral')),
  ncYear: whole('National Curriculum year group', 1, 14),
  mainReason: code(MAIN_REASON_CODES, 'the main reason, CBDS code'),
  furtherReasons: optional(list(code(MAIN_REASON_CODES, 'a further reason'))),
  senProvision: code(SEN_PROVISION_CODES, 'SEN provision'),
  primaryNeed: optional(code(PRIMARY_NEED_CODES, 'primary need, SEN type')),
  ehcPlan: optional(flag('has an EHC plan')),
  careStatus: optional(code(CARE_STATUS_CODES, 'looked after, previously, or not')),
  socialCare: optional(code(SOCIAL_CARE, 'child in need or child protection')),
  hasSocialWorker: optional(flag('has a social worker')),
  freeSchoolMeals: optional(flag('eligible for free school meals')),
  ethnicity: optional(code(ETHNICITY_CODES, 'ethnicity; never matched on')),
  sex: optional(code(SEX_CODES, 'sex; never matched on')),
  supportCycles: optional(whole('completed assess-plan-do-review cycles', 0, 99)),
  daysSuspended: optional(halfDays('school days suspended this school year')),
  previousMoves: optional(whole('managed moves before this case', 0, 99)),
  interventions: optional(list(code(INTERVENTIONS, 'what has been tried'))),
  unplaced: optional(flag('has no school place')),
  fairAccessCategory: optional(code(FAIR_ACCESS_CATEGORIES, 'School Admissions Code 3.17')),
  breaches,
  notRecorded,
};
const referredClear = {
  caseType,
  homeUrn: urn('the school where the child is on roll'),
  requested: code(DECISION_TYPE_CODES, 'what the panel is asked for'),
};
const referredWords = {
  strengths: words('what the child does well'),
  whatHelps: words('what helps, and what is needed'),
  circumstances: words('what has happened'),
  preferredTerms: words('how the family wish things to be said'),
};

export const pupilCaseOpened = defineEvent('PupilCaseOpened', 'One open case a child and case type is reserved.', {
  clear: { caseId: id('the case'), caseType },
  child: { breaches, notRecorded },
});
export const pupilCaseReleased = defineEvent('PupilCaseReleased', 'The child can be referred again.', {
  clear: {
    caseId: id('the case'),
    caseType,
    because: code(['closed', 'abandoned'], 'the case was closed, or its referral never arrived'),
  },
});
export const pupilForgotten = defineEvent(
  'PupilForgotten',
  'The child is forgotten: the key is destroyed after this.',
  {
    clear: { because: code(FORGOTTEN_BECAUSE, 'why') },
  },
);
export const pupilCodec = defineCodec('pupil', [pupilCaseOpened, pupilCaseReleased, pupilForgotten]);
export type PupilEvent = EventsOf<typeof pupilCodec>;

export const caseReferred = defineEvent('CaseReferred', 'A school asks a panel to consider a child.', {
  clear: referredClear,
  child: referredFacts,
  words: referredWords,
});
export const caseReferralAbandoned = defineEvent(
  'CaseReferralAbandoned',
  'The referral never arrived after its place was reserved.',
  { clear: { caseType } },
);
export const caseCorrected = defineEvent(
  'CaseCorrected',
  'The referral as it should have been; decisions keep theirs.',
  {
    clear: { ...referredClear, correctedEventId: id('the event that is corrected') },
    child: { because: code(CORRECTED_BECAUSE, 'why'), ...referredFacts },
    words: { ...referredWords, reason: words('why, in words') },
  },
);
export const caseAccepted = defineEvent('CaseAccepted', 'The panel will hear the case.', {
  clear: { panelId: id('the panel that will hear it') },
  child: {
    fairAccessCategory: optional(code(FAIR_ACCESS_CATEGORIES, 'School Admissions Code 3.17')),
    breaches,
    notRecorded,
  },
});

export const VIEW_METHODS = ['inPerson', 'phone', 'writing', 'throughSchool', 'throughAdvocate'] as const;
export const VIEW_ABSENT_BECAUSE = ['declined', 'couldNotBeReached', 'notAskedYet', 'notInBestInterests'] as const;
const viewFacts = {
  capturedOn: optional(date('when the view was given')),
  method: optional(code(VIEW_METHODS, 'how it was given')),
  absentBecause: optional(code(VIEW_ABSENT_BECAUSE, 'why there is no view')),
  sharedBack: optional(flag('read back to the person and agreed')),
  breaches,
  notRecorded,
};
export const parentViewRecorded = defineEvent('ParentViewRecorded', "The parent's view, apart from any consent.", {
  clear: {},
  child: { stance: optional(code(PARENT_STANCE_CODES, 'where the parent stands')), ...viewFacts },
  words: { view: words("the parent's own words") },
});
export const pupilViewRecorded = defineEvent('PupilViewRecorded', "The child's own view.", {
  clear: {},
  child: { stance: optional(code(PUPIL_STANCE_CODES, 'where the child stands')), ...viewFacts },
  words: { view: words("the child's own words") },
});

export const SHARING_PARTIES = ['parent', 'pupil'] as const;
const sharingParty = code(SHARING_PARTIES, 'whose consent');
export const consentRecorded = defineEvent('ConsentRecorded', 'Consent to share information; not consent to a move.', {
  clear: {},
  child: {
    party: sharingParty,
    conversationOn: date('the day of the conversation'),
    pressureChecked: flag('asked whether anybody felt pressed to agree'),
    breaches,
    notRecorded,
  },
});
export const consentWithdrawn = defineEvent('ConsentWithdrawn', 'Consent to share information is withdrawn.', {
  clear: {},
  child: { party: sharingParty, breaches, notRecorded },
});
export const caseClosed = defineEvent('CaseClosed', 'Nothing further is asked of the panel.', {
  clear: { outcome: code(CASE_OUTCOMES, 'how the case ended') },
  child: { breaches, notRecorded },
});
export const caseReopened = defineEvent('CaseReopened', 'The case is before a panel again.', {
  clear: {},
  child: { because: code(REOPENED_BECAUSE, 'why'), breaches, notRecorded },
});
export const caseCodec = defineCodec('case', [
  caseReferred,
  caseReferralAbandoned,
  caseCorrected,
  caseAccepted,
  parentViewRecorded,
  pupilViewRecorded,
  consentRecorded,
  consentWithdrawn,
  caseClosed,
  caseReopened,
]);
export type CaseEvent = EventsOf<typeof caseCodec>;

export const pupilStream = (pupilRef: string): string => `pupil-${pupilRef}`;
export const caseStream = (caseId: string): string => `case-${caseId}`;
