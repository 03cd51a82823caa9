/** When a suspension or exclusion can be recorded, and what its reviews can say (domain.md A.3, A.5, A.6, B.2, G.2). */
import {
  absent,
  breach,
  FORGOTTEN,
  type FindingRule,
  happensWhenSaid,
  impossible,
  inForce,
  isCalendarDate,
  MAIN_REASONS,
} from '@app/kernel';
import { type EXCLUSION_BREACHES, type EXCLUSION_NOT_RECORDED, REVIEW_OUTCOMES } from './events';
import type { ExclusionCommand, ExclusionContext, ExclusionState } from './exclusion';

type ExclusionRule = FindingRule<
  ExclusionCommand,
  ExclusionState,
  ExclusionContext,
  (typeof EXCLUSION_BREACHES)[number],
  (typeof EXCLUSION_NOT_RECORDED)[number]
>;

/** Its first and last day; a permanent exclusion has no last one. Nothing for a review. */
const daysOf = (command: ExclusionCommand): { readonly first: string; readonly last?: string } | undefined => {
  switch (command.type) {
    case 'IssueSuspension':
      return { first: command.startsOn, last: command.endsOn };
    case 'IssuePermanentExclusion':
      return { first: command.fromOn };
    case 'ReviewExclusion':
      return undefined;
  }
};

const issuedOnce: ExclusionRule = (command, state) =>
  command.type !== 'ReviewExclusion' && state.status === 'issued'
    ? impossible(
        'already-issued',
        'This exclusion is recorded already, and its days are never moved. A further suspension is a new record.',
      )
    : undefined;

const schoolExists: ExclusionRule = (command, _state, { schoolKnown }) =>
  command.type !== 'ReviewExclusion' && !schoolKnown(command.homeUrn)
    ? impossible(
        'school-unknown',
        `No school in the school list has the URN ${command.homeUrn}. Check the URN.`,
        'homeUrn',
      )
    : undefined;

const realDays: ExclusionRule = (command) => {
  const { first, last } = daysOf(command) ?? {};
  return [first, last].some((day) => day !== undefined && !isCalendarDate(day))
    ? impossible('no-such-date', 'A day of this exclusion does not exist. Give days of the calendar.', 'startsOn')
    : undefined;
};

const endsAfterStart: ExclusionRule = (command) =>
  command.type === 'IssueSuspension' && command.endsOn < command.startsOn
    ? breach('ends-before-start', 'The last day is before the first. Correct the days.', 'endsOn')
    : undefined;

const oneToThreeReasons: ExclusionRule = (command) => {
  if (command.type === 'ReviewExclusion') return undefined;
  if (command.reasons.length === 0) return breach('no-reason', 'Give a reason, at most three.', 'reasons');
  if (new Set(command.reasons).size < command.reasons.length)
    return impossible('reason-twice', 'A reason stands there twice. Keep it once.', 'reasons');
  return command.reasons.length > 3
    ? breach(
        'too-many-reasons',
        `${command.reasons.length} reasons are given. Keep the three that weigh most.`,
        'reasons',
      )
    : undefined;
};

/** Reasons are those of the code set in force on the first day (domain.md 0.1 no. 8). */
const reasonsInForce: ExclusionRule = (command) => {
  const days = daysOf(command);
  if (!days || command.type === 'ReviewExclusion') return undefined;
  const outOfForce = command.reasons.filter((reason) => !inForce(MAIN_REASONS, reason, days.first));
  return outOfForce.length > 0
    ? breach(
        'reason-not-in-force',
        `Reasons not in use on ${days.first}: ${outOfForce.length}. Choose from the list of that day.`,
        'reasons',
      )
    : undefined;
};

const saysSessions: ExclusionRule = (command) =>
  command.type === 'IssueSuspension' && command.sessions === undefined
    ? absent('sessions', 'sessions-missing', 'Say how many sessions are missed; two a day.', 'sessions')
    : undefined;

const saysExams: ExclusionRule = (command) =>
  command.type !== 'ReviewExclusion' && command.missesExam === undefined
    ? absent(
        'missesExam',
        'exam-not-said',
        'Say whether the child would miss a public exam or national test.',
        'missesExam',
      )
    : undefined;

const issuedFirst: ExclusionRule = (command, state) =>
  command.type === 'ReviewExclusion' && state.status === 'none'
    ? impossible('exclusion-unknown', 'There is no such suspension or exclusion. Record it first.')
    : undefined;

const childRemembered: ExclusionRule = (command, state) =>
  command.type === 'ReviewExclusion' && state.status === 'issued' && state.issued.child === FORGOTTEN
    ? impossible('pupil-forgotten', 'This child has been forgotten, so nothing more can be recorded about them.')
    : undefined;

/** Only governors and an independent panel act in law; a panel's own look back changes nothing on the roll. */
const outcomeOfItsKind: ExclusionRule = (command) => {
  if (command.type !== 'ReviewExclusion') return undefined;
  if ((REVIEW_OUTCOMES[command.reviewKind] as readonly string[]).includes(command.outcome)) return undefined;
  return breach(
    'outcome-not-of-kind',
    command.reviewKind === 'NonStatutoryPanelCaseReview'
      ? "A panel's own case review cannot reinstate a child or change the roll. Choose what the panel learnt or agreed."
      : 'This review cannot have this outcome. Choose one that the law gives it.',
    'outcome',
  );
};

const independentReviewOfPermanent: ExclusionRule = (command, state) =>
  command.type === 'ReviewExclusion' &&
  command.reviewKind === 'IRP' &&
  state.status === 'issued' &&
  state.kind === 'suspension'
    ? breach(
        'independent-review-of-suspension',
        'An independent review panel looks at permanent exclusions only. Choose another kind of review.',
        'reviewKind',
      )
    : undefined;

const saysFindings: ExclusionRule = (command) =>
  command.type === 'ReviewExclusion' && !command.findings?.length
    ? absent('findings', 'findings-missing', 'Record at least one finding.', 'findings')
    : undefined;

const saysShortfalls: ExclusionRule = (command) =>
  command.type === 'ReviewExclusion' && command.shortfalls === undefined
    ? absent('shortfalls', 'shortfalls-not-said', 'Say where support fell short, or that it did not.', 'shortfalls')
    : undefined;

export const exclusionRules: readonly ExclusionRule[] = [
  happensWhenSaid,
  issuedOnce,
  schoolExists,
  realDays,
  endsAfterStart,
  oneToThreeReasons,
  reasonsInForce,
  saysSessions,
  saysExams,
  issuedFirst,
  childRemembered,
  outcomeOfItsKind,
  independentReviewOfPermanent,
  saysFindings,
  saysShortfalls,
];
