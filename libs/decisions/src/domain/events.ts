/**
 * A storage format: stored names and fields never change (event-format.md 7). A decision carries the child's facts as
 * they stood (event-format.md 5), so that like cases can be compared whatever is corrected later.
 */
import {
  CARE_STATUS_CODES,
  CASE_TYPE_CODES,
  code,
  date,
  DECISION_TYPE_CODES,
  defineCodec,
  defineEvent,
  type EventsOf,
  halfDays,
  id,
  list,
  MAIN_REASON_CODES,
  optional,
  PRIMARY_NEED_CODES,
  record,
  SEN_PROVISION_CODES,
  urn,
  version,
  whole,
  words,
} from '@app/kernel';

export const DECISION_BREACHES = [
  'quorum-not-confirmed',
  'quorum-not-met',
  'case-not-on-agenda',
  'interested-member-voted',
  'no-reason-code',
  'criterion-without-finding',
  'decision-type-not-permitted',
  'fair-access-needs-category',
  'consent-binds-nobody',
  'parent-view-missing',
  'pupil-view-missing',
  'sharing-consent-missing',
  'chairs-action-not-permitted',
  'same-school',
  'receiving-school-missing',
] as const;
export const DECISION_NOT_RECORDED = [
  'criteria',
  'reasons',
  'legalBasis',
  'method',
  'votes',
  'quorum',
  'attendance',
  'interests',
  'rationale',
  'receivingSchool',
  'parentView',
  'pupilView',
  'sharingConsent',
  'supportCycles',
  'daysSuspended',
  'previousMoves',
  'careStatus',
  'primaryNeed',
] as const;
const breaches = optional(list(code(DECISION_BREACHES, 'a rule that the recorded facts break')));
const notRecorded = optional(list(code(DECISION_NOT_RECORDED, 'what the source does not say')));

export const QUESTIONS = [
  'managedMove',
  'offSiteProvision',
  'fairAccessPlace',
  'multiAgencyPlan',
  'exclusionReview',
] as const;
export const LEGAL_BASES = ['FAP', 'ConsentOnly', 's29A', 'LAStatutory', 'Advisory'] as const;
export const BOUND_PARTIES = ['homeSchool', 'receivingSchool', 'admissionAuthority', 'council'] as const;
export const METHODS = ['consensus', 'vote', 'chair'] as const;
export const NON_CHILD_FACTORS = ['capacity', 'transport', 'turn', 'cohort', 'siblings', 'timing'] as const;
export const REASON_CODES = [
  'needsNotYetMet',
  'supportNotYetTried',
  'supportWorking',
  'freshStart',
  'riskCannotBeManaged',
  'familySupports',
  'familyOpposes',
  'relationshipBrokenDown',
  'needsNotUnderstood',
  'specialistNeeded',
  'placeAvailable',
  'placeNotAvailable',
  'bestInterests',
] as const;
export const FINDINGS = ['met', 'partlyMet', 'notMet', 'notKnown'] as const;
export const MISSING_INFO = [
  'parentView',
  'pupilView',
  'educationalPsychologist',
  'supportRecord',
  'attendance',
  'attainment',
  'riskAssessment',
  'health',
  'socialCare',
  'ehcPlan',
] as const;
export const CONDITIONS = [
  'supportPlan',
  'furtherSupportCycle',
  'educationalPsychologist',
  'needsAssessment',
  'mentalHealthSupport',
  'transport',
  'reviewMeeting',
  'alternativeProvisionOffer',
  'integrationPlan',
  'familySupport',
] as const;
export const DEPARTURES = ['newFacts', 'differentNeed', 'safeguarding', 'familyWishes', 'capacity', 'other'] as const;

/** What a panel decides about, on every path. */
const matter = {
  caseId: id('the case'),
  meetingId: id('the meeting'),
  panelId: id('the panel'),
  caseType: code(CASE_TYPE_CODES, 'what kind of case'),
  question: code(QUESTIONS, 'the question put to the panel'),
  requested: code(DECISION_TYPE_CODES, 'what was asked for'),
  legalBasis: optional(code(LEGAL_BASES, 'on what legal basis')),
  bindingOn: list(code(BOUND_PARTIES, 'whom it binds')),
  method: optional(code(METHODS, 'how it was decided')),
  votes: optional(
    record(
      { for: whole('for', 0, 999), against: whole('against', 0, 999), abstained: whole('abstained', 0, 999) },
      'the votes',
    ),
  ),
  criteria: list(record({ id: id('the criterion'), version: version('of its wording') }, 'a criterion applied')),
  nonChildFactors: list(code(NON_CHILD_FACTORS, "a factor that is not the child's")),
  reviewOn: optional(date('when the panel looks again')),
  comparatorsShown: optional(id('the event that says which comparators were shown')),
  agendaPosition: optional(whole('place on the agenda, from 1', 1, 999)),
  homeUrn: urn('the school where the child is on roll'),
  receivingUrn: optional(urn('the school proposed')),
  relied: record(
    { caseRevision: whole('of the case'), meetingRevision: whole('of the meeting') },
    'what the decision relied on',
  ),
};
const decided = { ...matter, decisionType: code(DECISION_TYPE_CODES, 'what was decided') };
const decidedAboutChild = {
  facts: record(
    {
      ncYear: whole('National Curriculum year group', 1, 14),
      mainReason: code(MAIN_REASON_CODES, 'the main reason'),
      senProvision: code(SEN_PROVISION_CODES, 'SEN provision'),
      primaryNeed: optional(code(PRIMARY_NEED_CODES, 'primary need')),
      careStatus: optional(code(CARE_STATUS_CODES, 'looked after, previously, or not')),
      supportCycles: optional(whole('completed support cycles', 0, 99)),
      daysSuspended: optional(halfDays('school days suspended')),
      previousMoves: optional(whole('managed moves before', 0, 99)),
    },
    "the child's facts as they stood",
  ),
  findings: list(
    record({ criterion: id('the criterion'), finding: code(FINDINGS, 'what was found') }, 'a finding on a criterion'),
  ),
  reasonCodes: list(code(REASON_CODES, 'a reason')),
  recommendation: optional(code(DECISION_TYPE_CODES, 'what is recommended besides')),
  missingInfo: list(code(MISSING_INFO, 'what the panel did not have')),
  conditions: list(
    record({ code: code(CONDITIONS, 'the condition'), dueOn: optional(date('by when')) }, 'a condition'),
  ),
  departure: optional(record({ because: code(DEPARTURES, 'why') }, 'differs from like cases, and why')),
  breaches,
  notRecorded,
};
const decidedWords = {
  rationale: words('why, in words'),
  evidence: words('what the panel relied on'),
  conditionsWording: words('the conditions in words'),
  departureWording: words('the departure in words'),
};

export const panelDecisionRecorded = defineEvent('PanelDecisionRecorded', 'The panel decided a case.', {
  clear: decided,
  child: decidedAboutChild,
  words: decidedWords,
});
export const decisionDeferred = defineEvent('DecisionDeferred', 'The panel put the case off; it counts in n.', {
  clear: { ...matter, untilOn: optional(date('when the panel hears it again')) },
  child: decidedAboutChild,
  words: decidedWords,
});
export const DECISION_CORRECTED_BECAUSE = ['wrongWhenRecorded', 'leftOut', 'challenged'] as const;
export const decisionCorrected = defineEvent('DecisionCorrected', 'The decision as it should have been recorded.', {
  clear: {
    ...matter,
    decisionType: optional(code(DECISION_TYPE_CODES, 'what was decided; absent when it was put off')),
    untilOn: optional(date('when the panel hears it again')),
    correctedEventId: id('the event that is corrected'),
  },
  child: { because: code(DECISION_CORRECTED_BECAUSE, 'why'), ...decidedAboutChild },
  words: { ...decidedWords, reason: words('why it is corrected, in words') },
});
export const DECISION_WITHDRAWN_BECAUSE = [
  'wrongCase',
  'wrongMeeting',
  'wrongPanel',
  'duplicate',
  'neverMade',
] as const;
export const decisionWithdrawn = defineEvent('DecisionWithdrawn', 'The record was wrong; it counts nowhere.', {
  clear: { withdrawnEventId: id('the decision that is withdrawn') },
  child: { because: code(DECISION_WITHDRAWN_BECAUSE, 'why'), breaches, notRecorded },
  words: { reason: words('why, in words') },
});
export const chairsActionTaken = defineEvent('ChairsActionTaken', 'The chair decided between meetings.', {
  clear: {
    caseId: id('the case'),
    panelId: id('the panel'),
    meetingId: id("the chair's action, a meeting of its own kind"),
  },
  child: {
    urgency: code(['riskToChild', 'placeWouldBeLost', 'legalDeadline', 'other'], 'why it could not wait'),
    breaches,
    notRecorded,
  },
});
export const RATIFICATION_BREACHES = [
  'quorum-not-confirmed',
  'quorum-not-met',
  'ratified-before-decided',
  'chairs-action-lapsed',
] as const;
const ratificationBreaches = optional(list(code(RATIFICATION_BREACHES, 'a rule that the recorded facts break')));
const ratificationNotRecorded = optional(list(code(['quorum'], 'what the source does not say')));
export const decisionRatified = defineEvent('DecisionRatified', "The panel confirmed the chair's action.", {
  clear: {
    meetingId: id('the meeting that confirmed it'),
    breaches: ratificationBreaches,
    notRecorded: ratificationNotRecorded,
  },
});
export const decisionNotRatified = defineEvent('DecisionNotRatified', "The panel did not confirm the chair's action.", {
  clear: { meetingId: id('the meeting'), breaches: ratificationBreaches, notRecorded: ratificationNotRecorded },
});
export const decisionCodec = defineCodec('decision', [
  panelDecisionRecorded,
  decisionDeferred,
  decisionCorrected,
  decisionWithdrawn,
  chairsActionTaken,
  decisionRatified,
  decisionNotRatified,
]);
export type DecisionEvent = EventsOf<typeof decisionCodec>;

export const decisionStream = (decisionId: string): string => `decision-${decisionId}`;
