/** A storage format: stored names and fields never change (event-format.md 7). */
import {
  code,
  date,
  defineCodec,
  defineEvent,
  type EventsOf,
  flag,
  id,
  list,
  MAIN_REASON_CODES,
  optional,
  urn,
  whole,
  words,
} from '@app/kernel';

export const EXCLUSION_BREACHES = [
  'too-many-reasons',
  'no-reason',
  'reason-not-in-force',
  'ends-before-start',
  'outcome-not-of-kind',
  'independent-review-of-suspension',
] as const;
export const EXCLUSION_NOT_RECORDED = ['sessions', 'missesExam', 'findings', 'shortfalls'] as const;
const breaches = optional(list(code(EXCLUSION_BREACHES, 'a rule that the recorded facts break')));
const notRecorded = optional(list(code(EXCLUSION_NOT_RECORDED, 'what the source does not say')));

export const REVIEW_KINDS = ['GoverningBoard', 'IRP', 'NonStatutoryPanelCaseReview'] as const;
/** Which outcomes a review of each kind can have (domain.md A.5, A.6, 0.1 no. 7). */
export const REVIEW_OUTCOMES = {
  GoverningBoard: ['reinstated', 'reinstatementDeclined', 'justifiedPupilAlreadyBack', 'notJustifiedPupilAlreadyBack'],
  IRP: ['upheld', 'reconsiderationRecommended', 'quashedReconsiderationDirected'],
  NonStatutoryPanelCaseReview: ['learningAgreed', 'supportAgreed', 'noAction'],
} as const;
export const ALL_REVIEW_OUTCOMES = [
  ...REVIEW_OUTCOMES.GoverningBoard,
  ...REVIEW_OUTCOMES.IRP,
  ...REVIEW_OUTCOMES.NonStatutoryPanelCaseReview,
] as const;
export const REVIEW_FINDINGS = [
  'lawful',
  'reasonable',
  'fair',
  'notLawful',
  'notReasonable',
  'notFair',
  'policyFollowed',
  'policyNotFollowed',
] as const;
export const SHORTFALLS = [
  'needNotIdentified',
  'adjustmentsNotMade',
  'supportNotInPlace',
  'agenciesNotInvolved',
  'planNotReviewed',
  'viewsNotHeard',
  'alternativesNotTried',
] as const;

const reasons = list(code(MAIN_REASON_CODES, 'a reason, CBDS code'));

export const suspensionIssued = defineEvent('SuspensionIssued', 'A headteacher suspended a child for a fixed time.', {
  clear: { homeUrn: urn('the school') },
  child: {
    category: code(['SUSP', 'LNCH'], 'suspension, or at lunchtime'),
    reasons,
    startsOn: date('first day'),
    endsOn: date('last day'),
    sessions: optional(whole('sessions missed; two a day', 0, 400)),
    missesExam: optional(flag('would miss a public exam or national test')),
    breaches,
    notRecorded,
  },
});
export const permanentExclusionIssued = defineEvent('PermanentExclusionIssued', 'A headteacher excluded permanently.', {
  clear: { homeUrn: urn('the school') },
  child: {
    reasons,
    fromOn: date('from'),
    missesExam: optional(flag('would miss a public exam')),
    breaches,
    notRecorded,
  },
});
export const exclusionReviewed = defineEvent('ExclusionReviewed', 'A suspension or exclusion was looked at again.', {
  clear: {
    reviewKind: code(REVIEW_KINDS, 'who looked at it, and with what power'),
    outcome: code(ALL_REVIEW_OUTCOMES, 'what came of it; depends on the kind'),
    caseId: optional(id('the case through which it came')),
  },
  child: {
    findings: list(code(REVIEW_FINDINGS, 'a finding')),
    shortfalls: list(code(SHORTFALLS, 'where support fell short')),
    breaches,
    notRecorded,
  },
  words: { summary: words('the review in words') },
});
export const exclusionCodec = defineCodec('exclusion', [suspensionIssued, permanentExclusionIssued, exclusionReviewed]);
export type ExclusionEvent = EventsOf<typeof exclusionCodec>;

export const exclusionStream = (exclusionId: string): string => `exclusion-${exclusionId}`;
