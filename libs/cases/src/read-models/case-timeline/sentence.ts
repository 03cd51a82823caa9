/** One sentence an event, the child first; what a record broke and did not say, in words. */
import {
  CARE_STATUSES,
  CASE_TYPES,
  type CodedValue,
  DECISION_TYPES,
  labelOf,
  MAIN_REASONS,
  SEN_PROVISIONS,
  STANCES,
} from '@app/kernel';
import type { TimelineEntry } from './query';

/** What the opaque references of an entry are called; the reference itself where nothing is known. */
export interface Names {
  school(urn: string): string;
  panel(panelId: string): string;
  person(personRef: string): string;
}

type Told = Pick<TimelineEntry, 'type' | 'clear' | 'child' | 'occurredOn'>;
type Fields = Readonly<Record<string, unknown>>;

const lower = (text: string): string => (/^[A-Z]{2}/.test(text) ? text : text.charAt(0).toLowerCase() + text.slice(1));
const label = (set: readonly CodedValue[], code: unknown): string => lower(labelOf(set, String(code)));
const from = (labels: Readonly<Record<string, string>>, code: unknown): string => labels[String(code)] ?? String(code);
const listed = (items: readonly string[]): string =>
  items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1) ?? ''}`;
const strings = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

/** A panel supports a move; a school asks for one. */
const askedFor = (code: unknown): string =>
  code === 'managedMoveSupported' ? 'a managed move' : label(DECISION_TYPES, code);

const MONTHS = 'January February March April May June July August September October November December'.split(' ');
/** 5 March 2026. */
const dayOf = (date: unknown): string => {
  const [year, month, day] = String(date).split('-');
  return `${Number(day)} ${MONTHS[Number(month) - 1] ?? ''} ${year ?? ''}`;
};

const PARTIES: Readonly<Record<string, string>> = {
  parent: 'the parent',
  pupil: 'the child',
  homeSchool: 'the home school',
  receivingSchool: 'the receiving school',
  admissionAuthority: 'the admission authority',
};
const CONSULTED: Readonly<Record<string, string>> = {
  la: 'the council',
  vsh: 'the virtual school',
  socialWorker: 'the social worker',
  designatedTeacher: 'the designated teacher',
  health: 'health',
};
const ABSENT: Readonly<Record<string, string>> = {
  declined: 'declined to give one',
  couldNotBeReached: 'could not be reached',
  notAskedYet: 'was not asked yet',
  notInBestInterests: "was not asked, in the child's best interests",
};
const OUTCOMES: Readonly<Record<string, string>> = {
  deferred: 'put off',
  withdrawn: 'withdrawn',
  noLongerNeeded: 'no longer needed',
};
const REOPENED: Readonly<Record<string, string>> = {
  heardAgain: 'to be heard again',
  newInformation: 'for new information',
  moveDidNotLast: 'because the move did not last',
  closedInError: 'because it was closed in error',
};
const ENDED: Readonly<Record<string, string>> = {
  returned: 'the child returned',
  excluded: 'the child was excluded',
  movedAgain: 'the child moved again',
  leftArea: 'the child left the area',
  unknown: 'nobody recorded why',
};
const INTERESTS: Readonly<Record<string, string>> = {
  ownSchool: 'is of a school of the case',
  knowsFamily: 'knows the family',
  professional: 'works with the child',
  other: 'has another interest',
};
const INTEREST_ACTIONS: Readonly<Record<string, string>> = {
  left: 'left the room',
  stayedSilent: 'stayed silent',
  spokeDidNotVote: 'spoke and did not vote',
};
const WITHDRAWN: Readonly<Record<string, string>> = {
  wrongCase: 'it stood at the wrong case',
  wrongMeeting: 'it stood at the wrong meeting',
  wrongPanel: 'it stood at the wrong panel',
  duplicate: 'it was recorded twice',
  neverMade: 'it was never made',
};

type Tell = (clear: Fields, child: Fields | undefined, names: Names, entry: Told) => string;

const view = (who: string, stances: readonly CodedValue[], child: Fields | undefined): string => {
  if (!child) return `${who}'s view was recorded; it is forgotten.`;
  if (child['absentBecause'] !== undefined)
    return `${who}'s view is absent: ${who.toLowerCase()} ${from(ABSENT, child['absentBecause'])}.`;
  if (child['stance'] === undefined) return `${who}'s view was recorded in words.`;
  const given = child['capturedOn'] === undefined ? '' : `, given on ${dayOf(child['capturedOn'])}`;
  return `${who}'s view: ${label(stances, child['stance'])}${given}.`;
};
const party = (child: Fields | undefined): string => (child ? from(PARTIES, child['party']) : 'a party');
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const decided = (clear: Fields): string =>
  clear['decisionType'] === undefined ? 'put off' : label(DECISION_TYPES, clear['decisionType']);

const referralFacts = (child: Fields | undefined): string => {
  if (!child) return '; the facts are forgotten';
  const care =
    child['careStatus'] === 'notLookedAfter' || child['careStatus'] === undefined
      ? undefined
      : label(CARE_STATUSES, child['careStatus']);
  const facts = [
    `year ${String(child['ncYear'])}`,
    `main reason ${label(MAIN_REASONS, child['mainReason'])}`,
    label(SEN_PROVISIONS, child['senProvision']),
    ...(care === undefined ? [] : [care]),
  ];
  return `: ${facts.join(', ')}`;
};

const TELL: Readonly<Record<string, Tell>> = {
  PupilCaseOpened: (clear) => `A case was opened for the child: ${label(CASE_TYPES, clear['caseType'])}.`,
  PupilCaseReleased: (clear) =>
    clear['because'] === 'abandoned'
      ? 'The case opened for the child was given up: the referral never arrived.'
      : 'The child can be referred again.',
  PupilForgotten: () => 'The child was forgotten: names, words and facts can no longer be read.',
  CaseReferred: (clear, child, names) =>
    `The child was referred by ${names.school(String(clear['homeUrn']))}, asking for ${askedFor(clear['requested'])}${referralFacts(child)}.`,
  CaseReferralAbandoned: () => 'The referral never arrived and was given up.',
  CaseCorrected: (clear, child, names) =>
    `The referral was corrected: ${names.school(String(clear['homeUrn']))}, asking for ${askedFor(clear['requested'])}${referralFacts(child)}.`,
  CaseAccepted: (clear, child, names) =>
    `The child's case was accepted by ${names.panel(String(clear['panelId']))}${
      child?.['fairAccessCategory'] === undefined ? '' : `, fair access category ${String(child['fairAccessCategory'])}`
    }.`,
  ParentViewRecorded: (_, child) => view('The parent', STANCES.parent, child),
  PupilViewRecorded: (_, child) => view('The child', STANCES.pupil, child),
  ConsentRecorded: (_, child) =>
    `${capital(party(child))} agreed that information is shared${child ? `, in a conversation on ${dayOf(child['conversationOn'])}` : ''}.`,
  ConsentWithdrawn: (_, child) => `${capital(party(child))} no longer agrees that information is shared.`,
  CaseClosed: (clear) =>
    `The child's case was closed: ${OUTCOMES[String(clear['outcome'])] ?? label(DECISION_TYPES, clear['outcome'])}.`,
  CaseReopened: (_, child) => `The child's case was reopened${child ? ` ${from(REOPENED, child['because'])}` : ''}.`,
  InterestDeclared: (clear, _, names) =>
    `${names.person(String(clear['memberRef']))} declared an interest (${from(INTERESTS, clear['interest'])}) and ${from(INTEREST_ACTIONS, clear['action'])}.`,
  PanelDecisionRecorded: (clear, _, names) =>
    `${capital(names.panel(String(clear['panelId'])))} decided for the child: ${decided(clear)}${
      clear['receivingUrn'] === undefined ? '' : `, at ${names.school(String(clear['receivingUrn']))}`
    }.`,
  DecisionDeferred: (clear, _, names) =>
    `${capital(names.panel(String(clear['panelId'])))} put the child's case off${
      clear['untilOn'] === undefined ? '' : ` until ${dayOf(clear['untilOn'])}`
    }.`,
  DecisionCorrected: (clear) => `The decision about the child was corrected; it now reads: ${decided(clear)}.`,
  DecisionWithdrawn: (_, child) =>
    `The record of the decision was withdrawn${child ? `, because ${from(WITHDRAWN, child['because'])}` : ''}.`,
  ChairsActionTaken: (clear, _, names) =>
    `The chair of ${names.panel(String(clear['panelId']))} decided for the child between meetings.`,
  DecisionRatified: () => "The panel confirmed the chair's decision about the child.",
  DecisionNotRatified: () => "The panel did not confirm the chair's decision about the child.",
  ManagedMoveProposed: (clear, child, names) =>
    `A move was proposed for the child, from ${names.school(String(clear['fromUrn']))} to ${names.school(String(clear['toUrn']))}${
      child?.['plannedStart'] === undefined ? '' : `, planned to start on ${dayOf(child['plannedStart'])}`
    }.`,
  ManagedMoveConsented: (_, child) => `${capital(party(child))} agreed to the child's move.`,
  ManagedMoveConsentWithdrawn: (_, child) => `${capital(party(child))} no longer agrees to the child's move.`,
  ConsultationRecorded: (_, child) =>
    `${child ? capital(from(CONSULTED, child['consulted'])) : 'Somebody'} was consulted about the child's move.`,
  InformationPackShared: (_, child) =>
    `The receiving school was given what it needs for the child${child ? `: ${listed(strings(child['contents']))}` : ''}.`,
  IntegrationPlanAgreed: (_, child) => {
    const days = strings(child?.['reviewOn']).map(dayOf);
    return `The schools agreed how the child will be welcomed${days.length === 0 ? '' : `, and will look together on ${listed(days)}`}.`;
  },
  ManagedMoveAgreed: () => "Everybody who must agree has agreed to the child's move.",
  ManagedMoveStarted: (clear, _, names, { occurredOn }) =>
    `The child started at ${names.school(String(clear['toUrn']))} on ${dayOf(occurredOn)}.`,
  LegacyTrialImported: (_, child) =>
    child
      ? `The child had a trial period from ${dayOf(child['startedOn'])}, agreed for ${String(child['weeks'])} weeks.`
      : 'The child had a trial period; its facts are forgotten.',
  MoveEnded: (_, child) =>
    child
      ? `The child's move ended on ${dayOf(child['on'])}: ${from(ENDED, child['cause'])}.`
      : "The child's move ended.",
};

/** One sentence for an entry of the timeline. */
export function sentenceOf(entry: Told, names: Names): string {
  const tell = TELL[entry.type];
  const child = entry.child === 'forgotten' ? undefined : entry.child;
  return tell ? tell(entry.clear, child, names, entry) : `${entry.type} was recorded.`;
}

/** What each breach says to a reader. */
export const BREACHES: Readonly<Record<string, string>> = {
  'case-already-open': 'the child already had an open case of this kind',
  'head-sign-off-missing': 'the headteacher had not signed the referral',
  'not-unplaced': 'the child had a school place, so fair access did not apply',
  'fair-access-category-not-permitted': 'fair access does not cover this child',
  'same-school': 'home and receiving school are the same',
  'not-mainstream': 'one of the schools is not a mainstream school',
  'no-intervention': 'no intervention had been tried first',
  'trial-not-permitted': 'a trial period was no longer permitted',
  'against-parent-view': "the move started against the parent's view",
  'consent-missing': 'somebody who must agree had not agreed',
  'consent-withdrawn': 'somebody who must agree no longer agreed',
  'ehc-plan-council-not-consulted': 'the child has an EHC plan and the council was not consulted',
  'virtual-school-not-consulted': 'the child is looked after and the virtual school was not consulted',
  'social-worker-not-consulted': 'the child has a social worker who was not consulted',
  'information-pack-not-shared': 'the information pack had not been shared',
  'information-pack-incomplete': 'the information pack was not whole',
  'integration-plan-not-agreed': 'no integration plan had been agreed',
  'not-agreed': 'the move had not been agreed',
  'started-before-decision': "the move started before the panel's decision",
  'quorum-not-confirmed': 'the quorum had not been confirmed',
  'quorum-not-met': 'the quorum was not met',
  'case-not-on-agenda': 'the case was not on the agenda',
  'interested-member-voted': 'a member with an interest voted',
  'no-reason-code': 'no reason was given',
  'criterion-without-finding': 'a mandatory criterion has no finding',
  'decision-type-not-permitted': 'the panel may not take such a decision',
  'fair-access-needs-category': 'fair access needs a category and a child without a place',
  'consent-binds-nobody': 'a decision that rests on consent binds nobody',
  'parent-view-missing': "the parent's view is missing, without a reason",
  'pupil-view-missing': "the child's view is missing, without a reason",
  'sharing-consent-missing': 'nobody had agreed that information is shared',
  'chairs-action-not-permitted': 'the chair may not decide between meetings',
  'receiving-school-missing': 'no receiving school was named',
};

/** What each absent fact is called. */
export const NOT_RECORDED: Readonly<Record<string, string>> = {
  referredOn: 'the day of the referral',
  headSignOff: "the headteacher's signature",
  referrerRole: 'who referred the child',
  primaryNeed: 'the primary need',
  freeSchoolMeals: 'free school meals',
  careStatus: 'whether the child is looked after',
  ethnicity: 'ethnicity',
  sex: 'sex',
  supportCycles: 'support cycles',
  daysSuspended: 'days suspended',
  previousMoves: 'previous moves',
  unplaced: 'whether the child had a place',
  fairAccessCategory: 'the fair access category',
  capturedOn: 'the day of the view',
  consents: 'who agreed to the move',
  placeAvailable: 'whether there was a place',
  interventions: 'what had been tried first',
  consultations: 'who was consulted',
  informationPack: 'the information pack',
  integrationPlan: 'the integration plan',
  agreement: 'the agreement to the move',
  proposedBy: 'who proposed the move',
  bestInterests: "why the move is in the child's best interests",
  ehcPlan: 'whether the child has an EHC plan',
  receivingSchool: 'the receiving school',
  schoolType: 'the type of a school',
  endReason: 'why the move ended',
  criteria: 'the findings on the criteria',
  reasons: 'the reasons in codes',
  legalBasis: 'the legal basis',
  method: 'how it was decided',
  votes: 'the votes',
  quorum: 'the quorum',
  attendance: 'who was there',
  interests: 'declared interests',
  rationale: 'the reasons in words',
  parentView: "the parent's view",
  pupilView: "the child's view",
  sharingConsent: 'consent to share information',
};

const spaced = (code: string): string =>
  code
    .replace(/([A-Z])/g, ' $1')
    .replace(/-/g, ' ')
    .toLowerCase();

export interface MarksInWords {
  readonly breaches: readonly { readonly code: string; readonly label: string }[];
  readonly notRecorded: readonly { readonly code: string; readonly label: string }[];
}

/** What a record broke and did not say. Empty for a forgotten child. */
export function marksOf({ clear, child }: Pick<TimelineEntry, 'clear' | 'child'>): MarksInWords {
  const marked: Fields = child === undefined ? clear : child === 'forgotten' ? {} : child;
  const inWords = (name: string, labels: Readonly<Record<string, string>>) =>
    strings(marked[name]).map((code) => ({ code, label: labels[code] ?? spaced(code) }));
  return { breaches: inWords('breaches', BREACHES), notRecorded: inWords('notRecorded', NOT_RECORDED) };
}
