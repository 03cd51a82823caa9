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
  optional,
  urn,
  whole,
  words,
} from '@app/kernel';

export const MOVE_BREACHES = [
  'same-school',
  'not-mainstream',
  'no-intervention',
  'trial-not-permitted',
  'against-parent-view',
  'consent-missing',
  'consent-withdrawn',
  'ehc-plan-council-not-consulted',
  'virtual-school-not-consulted',
  'social-worker-not-consulted',
  'information-pack-not-shared',
  'information-pack-incomplete',
  'integration-plan-not-agreed',
  'not-agreed',
  'started-before-decision',
] as const;
export const MOVE_NOT_RECORDED = [
  'consents',
  'placeAvailable',
  'interventions',
  'consultations',
  'informationPack',
  'integrationPlan',
  'agreement',
  'proposedBy',
  'bestInterests',
  'ehcPlan',
  'receivingSchool',
  'schoolType',
  'endReason',
] as const;
const breaches = optional(list(code(MOVE_BREACHES, 'a rule that the recorded facts break')));
const notRecorded = optional(list(code(MOVE_NOT_RECORDED, 'what the source does not say')));
const caseId = id('the case');

export const MOVE_PARTIES = ['parent', 'homeSchool', 'receivingSchool', 'admissionAuthority'] as const;
export const CONSULTED = ['la', 'vsh', 'socialWorker', 'designatedTeacher', 'health'] as const;
export const PACK_CONTENTS = ['attainment', 'risk', 'support', 'safeguarding', 'attendance'] as const;
export const MOVE_END_CAUSES = ['returned', 'excluded', 'movedAgain', 'leftArea', 'unknown'] as const;
export const PROPOSED_BY = ['panel', 'homeSchool', 'parent', 'council'] as const;
const party = code(MOVE_PARTIES, 'whose consent to the move');

export const managedMoveProposed = defineEvent('ManagedMoveProposed', 'A move to another school is proposed.', {
  clear: {
    caseId,
    decisionId: optional(id('the decision that supported it')),
    fromUrn: urn('home school'),
    toUrn: urn('receiving school'),
    placeAvailable: optional(flag('there is a place in the year group')),
    waitingList: optional(flag('others wait for a place in the year group')),
  },
  child: {
    proposedBy: optional(code(PROPOSED_BY, 'who proposed it')),
    plannedStart: optional(date('the first day planned')),
    interventionsTried: optional(whole('how many interventions were tried first', 0, 99)),
    ehcPlan: optional(flag('has an EHC plan')),
    lookedAfter: optional(flag('is looked after')),
    hasSocialWorker: optional(flag('has a social worker')),
    breaches,
    notRecorded,
  },
  words: { bestInterests: words("why it is in the child's best interests") },
});
export const managedMoveConsented = defineEvent('ManagedMoveConsented', 'A party agrees to the move.', {
  clear: { caseId },
  child: { party, breaches, notRecorded },
});
export const managedMoveConsentWithdrawn = defineEvent('ManagedMoveConsentWithdrawn', 'A party no longer agrees.', {
  clear: { caseId },
  child: { party, breaches, notRecorded },
});
export const consultationRecorded = defineEvent('ConsultationRecorded', 'Somebody who must be asked was asked.', {
  clear: { caseId },
  child: { consulted: code(CONSULTED, 'who was consulted'), breaches, notRecorded },
  words: { view: words('what they said') },
});
export const informationPackShared = defineEvent('InformationPackShared', 'The receiving school has what it needs.', {
  clear: { caseId },
  child: { contents: list(code(PACK_CONTENTS, 'what the pack holds')), breaches, notRecorded },
});
export const integrationPlanAgreed = defineEvent('IntegrationPlanAgreed', 'How the child will be welcomed.', {
  clear: { caseId },
  child: { reviewOn: list(date('a day on which the schools look together')), breaches, notRecorded },
  words: { plan: words('the plan in words') },
});
export const managedMoveAgreed = defineEvent('ManagedMoveAgreed', 'All who must consent have consented.', {
  clear: { caseId },
  child: { breaches, notRecorded },
});
export const managedMoveStarted = defineEvent('ManagedMoveStarted', 'The first day on the new roll.', {
  clear: { caseId, toUrn: urn('receiving school') },
  child: { breaches, notRecorded },
});
export const legacyTrialImported = defineEvent('LegacyTrialImported', 'A trial period from before 26 July 2026.', {
  clear: { caseId },
  child: {
    startedOn: date('its first day'),
    weeks: whole('weeks agreed; its end is not computed', 1, 200),
    breaches,
    notRecorded,
  },
});
export const moveEnded = defineEvent('MoveEnded', 'The child is no longer on the new roll.', {
  clear: { caseId },
  child: { on: date('when'), cause: code(MOVE_END_CAUSES, 'why'), breaches, notRecorded },
});
export const moveCodec = defineCodec('move', [
  managedMoveProposed,
  managedMoveConsented,
  managedMoveConsentWithdrawn,
  consultationRecorded,
  informationPackShared,
  integrationPlanAgreed,
  managedMoveAgreed,
  managedMoveStarted,
  legacyTrialImported,
  moveEnded,
]);
export type MoveEvent = EventsOf<typeof moveCodec>;

export const moveStream = (moveId: string): string => `move-${moveId}`;
