/** Rules about what is recorded as decided: schools, reasons, findings, votes, legal basis (domain.md A.7, C.3, G.2). */
import { absent, breach, type FindingRule, impossible } from '@app/kernel';
import { mayVote } from './circumstances';
import type { DecisionContext, MeetingHeld } from './context';
import type {
  CorrectDecisionCommand,
  Deciding,
  DecisionBreach,
  DecisionNotRecorded,
  DecisionState,
} from './decision-state';

type Content = Deciding | CorrectDecisionCommand;
type ContentRule = FindingRule<Content, DecisionState, DecisionContext, DecisionBreach, DecisionNotRecorded>;

/** What was decided; nothing when the case was put off. */
const decisionOf = (command: Content) => ('decisionType' in command ? command.decisionType : undefined);

/** The school where the child was on roll: the decision keeps it as it was. */
const homeOf = (state: DecisionState, context: DecisionContext) =>
  state.status === 'standing' ? state.record.homeUrn : context.case?.homeUrn;

const moveNamesASchool: ContentRule = (command) =>
  decisionOf(command) === 'managedMoveSupported' && command.receivingUrn === undefined
    ? absent(
        'receivingSchool',
        'receiving-school-missing',
        'A managed move is to a school. Name the receiving school.',
        'receivingUrn',
      )
    : undefined;

const toAnotherSchool: ContentRule = (command, state, context) =>
  command.receivingUrn !== undefined && command.receivingUrn === homeOf(state, context)
    ? impossible('same-school', 'The receiving school is the home school. Name another one.', 'receivingUrn')
    : undefined;

const toAKnownSchool: ContentRule = (command, _state, { schoolKnown }) =>
  command.receivingUrn !== undefined && !schoolKnown(command.receivingUrn)
    ? impossible(
        'school-unknown',
        `No school in the school list has the URN ${command.receivingUrn}. Check the URN.`,
        'receivingUrn',
      )
    : undefined;

const permitted: ContentRule = (command, _state, { terms }) => {
  const decisionType = decisionOf(command);
  return decisionType && terms && !terms.decisionTypes.includes(decisionType)
    ? breach(
        'decision-type-not-permitted',
        "The panel's terms of reference do not let it take this decision.",
        'decisionType',
      )
    : undefined;
};

/** A decision gives a reason; a case that is put off gives one, or says what the panel did not have. */
const givesAReason: ContentRule = (command) =>
  command.reasonCodes?.length || (decisionOf(command) === undefined && command.missingInfo?.length)
    ? undefined
    : absent('reasons', 'no-reason-code', 'Give at least one reason.', 'reasonCodes');

const knownCriteria: ContentRule = (command, _state, { terms }) => {
  const found = (command.findings ?? []).map(({ criterion }) => criterion);
  if (new Set(found).size < found.length)
    return impossible('criterion-twice', 'A criterion has two findings. Keep one.', 'findings');
  return found.some((criterion) => !terms?.criteria.some(({ id }) => id === criterion))
    ? impossible(
        'criterion-not-in-terms',
        "A finding is on a criterion that the panel's terms do not have. Leave it out.",
        'findings',
      )
    : undefined;
};

const everyMandatoryCriterion: ContentRule = (command, _state, { terms }) => {
  if (decisionOf(command) === undefined) return undefined;
  const findings = command.findings ?? [];
  const missing = (terms?.criteria ?? []).filter(
    ({ id, mandatory }) => mandatory && !findings.some(({ criterion }) => criterion === id),
  );
  if (terms && missing.length === 0) return undefined;
  const sentence = `Record a finding on every mandatory criterion: ${missing.length} without one.`;
  return findings.length > 0
    ? breach('criterion-without-finding', sentence, 'findings')
    : absent('criteria', 'criterion-without-finding', sentence, 'findings');
};

const saysItsBasis: ContentRule = (command) =>
  decisionOf(command) !== undefined && command.legalBasis === undefined
    ? absent('legalBasis', 'legal-basis-missing', 'Say on what legal basis the panel decides.', 'legalBasis')
    : undefined;

/** The Code's protocol is for children without a place, in one of its categories (domain.md A.7). */
const fairAccessOnlyIfUnplaced: ContentRule = (command, _state, context) =>
  command.legalBasis === 'FAP' && !(context.case?.unplaced === true && context.case.fairAccessCategory)
    ? breach(
        'fair-access-needs-category',
        'Fair access is for a child without a school place, in a category of the Admissions Code. Record both on the case.',
        'legalBasis',
      )
    : undefined;

const consentBindsNobody: ContentRule = (command) =>
  command.legalBasis === 'ConsentOnly' && (command.bindingOn?.length ?? 0) > 0
    ? breach(
        'consent-binds-nobody',
        'A decision that rests on consent binds nobody. Leave whom it binds empty.',
        'bindingOn',
      )
    : undefined;

const saysHow: ContentRule = (command) =>
  command.type !== 'TakeChairsAction' && command.method === undefined
    ? absent('method', 'method-missing', 'Say how it was decided: by consensus, by vote or by the chair.', 'method')
    : undefined;

const countsItsVotes: ContentRule = (command) =>
  command.type !== 'TakeChairsAction' && command.method === 'vote' && cast(command) === 0
    ? absent('votes', 'votes-missing', 'Record the votes for, against and abstaining.', 'votes')
    : undefined;

const interestedDoNotVote: ContentRule = (command, _state, { meeting }) => {
  if (!meeting || command.type === 'TakeChairsAction') return undefined;
  const eligible = mayVote(meeting, command.caseId);
  if (!eligible) return undefined;
  if (command.method === 'chair' && hasChair(meeting.attendees) && !hasChair(eligible))
    return breach('interested-member-voted', 'The chair has an interest in this case and cannot decide it.', 'method');
  return cast(command) > eligible.length
    ? breach(
        'interested-member-voted',
        `${cast(command)} votes were cast, but only ${eligible.length} of those present vote and have no interest in the case.`,
        'votes',
      )
    : undefined;
};

const saysWhy: ContentRule = (command, state) =>
  command.words?.rationale?.trim() || (command.type === 'CorrectDecision' && keepsItsRationale(state))
    ? undefined
    : absent('rationale', 'rationale-missing', 'Say in words why the panel decided this.', 'rationale');

const looksAhead: ContentRule = (command, _state, { meeting }) => {
  const ahead = command.reviewOn ?? ('untilOn' in command ? command.untilOn : undefined);
  return meeting && ahead !== undefined && ahead < meeting.meetingOn
    ? impossible('review-before-meeting', `${ahead} is before the meeting. Give a later day.`, 'reviewOn')
    : undefined;
};

const cast = (command: Content): number => {
  const votes = 'votes' in command ? command.votes : undefined;
  return votes ? votes.for + votes.against + votes.abstained : 0;
};
const hasChair = (members: MeetingHeld['attendees']): boolean => members?.some(({ role }) => role === 'chair') ?? false;
const keepsItsRationale = (state: DecisionState): boolean =>
  state.status === 'standing' && state.record.words.rationale !== undefined;

export const contentRules: readonly ContentRule[] = [
  moveNamesASchool,
  toAnotherSchool,
  toAKnownSchool,
  permitted,
  givesAReason,
  knownCriteria,
  everyMandatoryCriterion,
  saysItsBasis,
  fairAccessOnlyIfUnplaced,
  consentBindsNobody,
  saysHow,
  countsItsVotes,
  interestedDoNotVote,
  saysWhy,
  looksAhead,
];
