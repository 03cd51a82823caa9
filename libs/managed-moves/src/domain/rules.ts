/** Why a step in a managed move cannot be taken, or what a record of it breaks or leaves out (domain.md A.1, G.2). */
import {
  absent,
  breach,
  type Finding,
  type FindingRule,
  FORGOTTEN,
  happensWhenSaid,
  impossible,
  isCalendarDate,
  NO_TRIALS_FROM,
  whenAsked,
} from '@app/kernel';
import type {
  MoveBreach,
  MoveCommandOf,
  MoveContext,
  MoveNotRecorded,
  MoveParty,
  MoveState,
  ProposalFacts,
  ProposedMove,
} from './move-state';

type Rule<Command, State = MoveState> = FindingRule<Command, State, MoveContext, MoveBreach, MoveNotRecorded>;
type MoveFinding = Finding<MoveBreach, MoveNotRecorded>;
type Proposal = MoveCommandOf<'ProposeManagedMove'>;

const comesLater = (day: string, today: string, field: string) =>
  day > today
    ? impossible('not-yet-happened', `The day ${day} is still to come: give the day on which it happened.`, field)
    : undefined;

const twoKnownSchools: Rule<Proposal> = ({ fromUrn, toUrn }, _, { schoolOf }) => {
  const found: MoveFinding[] = [];
  if (fromUrn === toUrn) {
    found.push(impossible('same-school', 'A move goes to another school: these are the same.', 'toUrn'));
  }
  for (const [field, urn] of [['fromUrn', fromUrn] as const, ['toUrn', toUrn] as const]) {
    if (!schoolOf(urn)) {
      found.push(impossible('unknown-school', `School ${urn} is not in the school list: check the URN.`, field));
    }
  }
  return found;
};

const bothMainstream: Rule<Proposal> = ({ fromUrn, toUrn }, _, { schoolOf }) =>
  [['fromUrn', fromUrn] as const, ['toUrn', toUrn] as const].flatMap(([field, urn]): MoveFinding[] => {
    const school = schoolOf(urn);
    if (!school || school.mainstream === true) return [];
    return school.mainstream === false
      ? [breach('not-mainstream', `School ${urn} is not a mainstream school: a managed move needs two.`, field)]
      : [absent('schoolType', 'school-type-unknown', `The school list does not say what type ${urn} is.`, field)];
  });

const supportCameFirst: Rule<Proposal> = ({ facts }) => {
  const sentence = 'At least one intervention must have been tried before a move.';
  if (facts.interventionsTried === undefined) {
    return absent('interventions', 'interventions-missing', sentence, 'interventionsTried');
  }
  return facts.interventionsTried === 0 ? breach('no-intervention', sentence, 'interventionsTried') : undefined;
};

const proposalComplete: Rule<Proposal> = ({ proposedBy, placeAvailable, facts, words }) => {
  const missing: MoveFinding[] = [];
  if (proposedBy === undefined) {
    missing.push(absent('proposedBy', 'proposed-by-missing', 'Say who proposes the move.', 'proposedBy'));
  }
  if (!words?.bestInterests?.trim()) {
    const sentence = "Say why the move is in the child's best interests.";
    missing.push(absent('bestInterests', 'best-interests-missing', sentence, 'bestInterests'));
  }
  if (placeAvailable === undefined) {
    const sentence = 'Say whether there is a place in the year group.';
    missing.push(absent('placeAvailable', 'place-available-missing', sentence, 'placeAvailable'));
  }
  if (facts.ehcPlan === undefined) {
    missing.push(absent('ehcPlan', 'ehc-plan-missing', 'Say whether the child has an EHC plan.', 'ehcPlan'));
  }
  return missing;
};

const notStarted: Rule<unknown, ProposedMove> = (_, state) =>
  state.status === 'started' || state.status === 'ended'
    ? whenAsked('move-already-started', 'The move has started: this belongs before it.')
    : undefined;

const consentWasGiven: Rule<MoveCommandOf<'WithdrawMoveConsent'>, ProposedMove> = ({ party }, state) =>
  state.consents[party] === 'given'
    ? undefined
    : absent('consents', 'no-consent-to-withdraw', 'No consent to the move is recorded that could be withdrawn.');

/** The receiving school can support the child from the first day (domain.md A.1 MM5). */
const packComplete: Rule<MoveCommandOf<'ShareInformationPack'>> = ({ contents }) => {
  const missing = (['attainment', 'risk', 'support'] as const).filter((part) => !contents.includes(part));
  return missing.length > 0
    ? breach('information-pack-incomplete', `The information pack lacks ${missing.join(', ')}.`, 'contents')
    : undefined;
};

const planReviewed: Rule<MoveCommandOf<'AgreeIntegrationPlan'>> = ({ reviewOn }) => {
  const wrong = reviewOn.find((day) => !isCalendarDate(day));
  if (wrong !== undefined) return impossible('not-a-date', `"${wrong}" is not a day of the calendar.`, 'reviewOn');
  return reviewOn.length === 0
    ? whenAsked('review-date-missing', 'Name at least one day on which the schools look together.', 'reviewOn')
    : undefined;
};

const PARTIES: Readonly<Record<MoveParty, string>> = {
  parent: 'The parent',
  homeSchool: 'The home school',
  receivingSchool: 'The receiving school',
  admissionAuthority: 'The admission authority of the receiving school',
};

const everybodyConsents: Rule<unknown, ProposedMove> = (_, { consents }) =>
  (Object.keys(PARTIES) as MoveParty[]).flatMap((party): MoveFinding[] => {
    if (consents[party] === 'given') return [];
    return consents[party] === 'withdrawn'
      ? [breach('consent-withdrawn', `${PARTIES[party]} no longer agrees to the move.`, party)]
      : [absent('consents', 'consent-missing', `${PARTIES[party]} has not agreed to the move.`, party)];
  });

const consultedFirst: Rule<unknown, ProposedMove> = (_, { facts, consulted }) => {
  if (facts === FORGOTTEN) return undefined;
  const required: readonly [keyof ProposalFacts, ProposedMove['consulted'][number], string, string][] = [
    [
      'ehcPlan',
      'la',
      'ehc-plan-council-not-consulted',
      'The child has an EHC plan: consult the council that maintains it first.',
    ],
    [
      'lookedAfter',
      'vsh',
      'virtual-school-not-consulted',
      'The child is looked after: consult the virtual school first.',
    ],
    [
      'hasSocialWorker',
      'socialWorker',
      'social-worker-not-consulted',
      'The child has a social worker: consult the social worker first.',
    ],
  ];
  return required
    .filter(([fact, whom]) => facts[fact] === true && !consulted.includes(whom))
    .map(([, whom, code, sentence]) => absent('consultations', code, sentence, whom));
};

const notAgainstTheParent: Rule<unknown> = (_, __, { parentStance }) =>
  parentStance === 'opposesMove'
    ? breach('against-parent-view', 'The parent opposes the move: a managed move is voluntary.')
    : undefined;

const agreed: Rule<unknown, ProposedMove> = (_, { status }) =>
  status === 'proposed' ? absent('agreement', 'not-agreed', 'The move has not been agreed.') : undefined;

const packShared: Rule<unknown, ProposedMove> = (_, { pack }) =>
  pack === undefined
    ? absent('informationPack', 'information-pack-not-shared', 'Share the information pack with the new school first.')
    : undefined;

const planAgreed: Rule<unknown, ProposedMove> = (_, { planReviewOn }) =>
  planReviewOn === undefined
    ? absent('integrationPlan', 'integration-plan-not-agreed', 'Agree how the child will be welcomed first.')
    : undefined;

const notBeforeTheDecision: Rule<unknown> = (_, __, { on, decidedOn }) =>
  decidedOn !== undefined && on < decidedOn
    ? breach('started-before-decision', `The move starts before the panel's decision of ${decidedOn}.`, 'occurredOn')
    : undefined;

/** The decision's own date counts, not how long the trial ran on (event-format.md 4). */
const trialPermitted: Rule<MoveCommandOf<'ImportLegacyTrial'>> = (_, __, { decidedOn, provenance }) => {
  if (provenance === 'live') {
    return whenAsked('trial-not-permitted', 'A trial period is not permitted: it can only be recorded from the past.');
  }
  return decidedOn !== undefined && decidedOn >= NO_TRIALS_FROM
    ? breach('trial-not-permitted', `No trial period was permitted from ${NO_TRIALS_FROM}.`, 'startedOn')
    : undefined;
};

const trialHasBegun: Rule<MoveCommandOf<'ImportLegacyTrial'>> = ({ startedOn }, _, { today }) =>
  comesLater(startedOn, today, 'startedOn');

const endsAfterStart: Rule<MoveCommandOf<'EndMove'>, ProposedMove> = ({ on }, { status }, { startedOn, today }) => {
  if (status !== 'started') {
    return impossible('move-not-started', 'The move has not started, so it cannot end: record its start first.');
  }
  if (startedOn !== undefined && on <= startedOn) {
    return impossible('ended-before-start', `The move started on ${startedOn}: it ends on a later day.`, 'on');
  }
  return comesLater(on, today, 'on');
};

const endExplained: Rule<MoveCommandOf<'EndMove'>> = ({ cause }) =>
  cause === 'unknown' ? absent('endReason', 'end-reason-missing', 'Say why the move ended.', 'cause') : undefined;

export const proposeRules = [happensWhenSaid, twoKnownSchools, bothMainstream, supportCameFirst, proposalComplete];
export const consentRules = [happensWhenSaid, notStarted];
export const withdrawRules = [happensWhenSaid, notStarted, consentWasGiven];
export const consultationRules = [happensWhenSaid];
export const packRules = [happensWhenSaid, notStarted, packComplete];
export const planRules = [happensWhenSaid, notStarted, planReviewed];
export const agreeRules = [happensWhenSaid, everybodyConsents, consultedFirst];
export const startRules = [
  happensWhenSaid,
  notAgainstTheParent,
  agreed,
  everybodyConsents,
  consultedFirst,
  packShared,
  planAgreed,
  notBeforeTheDecision,
];
export const trialRules = [happensWhenSaid, trialHasBegun, trialPermitted];
export const endRules = [happensWhenSaid, endsAfterStart, endExplained];
