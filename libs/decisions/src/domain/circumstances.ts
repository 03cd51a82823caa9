/**
 * Rules about the circumstances of a decision, which hold or not before anybody fills in a form: the meeting, its quorum,
 * the agenda, interests, the case and the child's and parents' voices (domain.md G.2).
 */
import { absent, breach, FORGOTTEN, type FindingRule, happensWhenSaid, impossible, whenAsked } from '@app/kernel';
import type { DecisionContext, MeetingHeld } from './context';
import type { Deciding, DecisionBreach, DecisionNotRecorded, DecisionState, Matter } from './decision-state';

/** A step before it is filled in: what it is about. */
export type Step = Matter & { readonly type: Deciding['type'] };
type CircumstanceRule = FindingRule<Step, DecisionState, DecisionContext, DecisionBreach, DecisionNotRecorded>;

const caseKnown: CircumstanceRule = (step, _state, context) =>
  context.case?.caseId === step.caseId
    ? undefined
    : impossible('case-unknown', 'There is no such case. Refer it first.', 'caseId');

const meetingKnown: CircumstanceRule = (step, _state, { meeting }) =>
  meeting?.meetingId === step.meetingId
    ? undefined
    : impossible('meeting-unknown', 'There is no such meeting. Plan it first.', 'meetingId');

const onceACaseAndMeeting: CircumstanceRule = (_step, state) => {
  if (state.status === 'standing')
    return impossible(
      'already-decided',
      'This case has been decided at this meeting, and what is asked differs. Correct the decision instead.',
    );
  if (state.status === 'withdrawn')
    return impossible(
      'decision-withdrawn',
      'The decision of this meeting was withdrawn. Record the case anew in another meeting.',
    );
  return undefined;
};

const childRemembered: CircumstanceRule = (_step, _state, context) =>
  context.case?.facts === FORGOTTEN
    ? impossible('pupil-forgotten', 'This child has been forgotten, so no decision can be recorded about them.')
    : undefined;

const rightKindOfMeeting: CircumstanceRule = (step, _state, { meeting }) => {
  if (!meeting) return undefined;
  const isAction = step.type === 'TakeChairsAction';
  if (isAction === (meeting.kind === 'chairsAction')) return undefined;
  return isAction
    ? impossible('not-chairs-action', "This is a full meeting: record the panel's decision, not chair's action.")
    : impossible('is-chairs-action', "This is chair's action between meetings: take it as chair's action.");
};

/** A decision happens in its meeting, so on its day. */
const onTheDay: CircumstanceRule = (_step, _state, { meeting, on, provenance }) => {
  if (!meeting || on === meeting.meetingOn) return undefined;
  if (provenance !== 'live')
    return impossible('not-on-the-day', `The meeting was on ${meeting.meetingOn}, so the decision was too.`);
  return on < meeting.meetingOn
    ? impossible('meeting-not-yet-held', `The meeting is on ${meeting.meetingOn}. Record its decisions on the day.`)
    : impossible(
        'meeting-is-over',
        `The meeting was on ${meeting.meetingOn}. Make this a late entry, with the reason why it is late.`,
      );
};

/** The facts of a decision are those that the panel was shown (event-format.md 3). */
const caseAsShown: CircumstanceRule = (step, _state, context) =>
  context.case && context.case.currentRevision !== step.relied.caseRevision
    ? impossible('case-has-moved-on', 'The case has changed since this form was shown. Read it again, then decide.')
    : undefined;

const meetingAsShown: CircumstanceRule = (step, _state, { meeting }) =>
  meeting && step.relied.meetingRevision > meeting.revision
    ? impossible(
        'meeting-revision-unknown',
        `The meeting has no revision ${step.relied.meetingRevision}. Read it again.`,
      )
    : undefined;

const caseOpen: CircumstanceRule = (_step, _state, context) =>
  context.case && !context.case.open
    ? whenAsked('case-closed', 'The case is closed. Reopen it before a panel decides it.')
    : undefined;

const thisPanelsCase: CircumstanceRule = (_step, _state, context) =>
  context.case?.panelId && context.meeting && context.case.panelId !== context.meeting.panelId
    ? whenAsked(
        'other-panel',
        'Another panel has accepted this case. It decides, or this panel accepts the case first.',
      )
    : undefined;

const termsInForce: CircumstanceRule = (_step, _state, { terms, meeting }) =>
  meeting && !terms
    ? whenAsked('terms-not-adopted', 'The panel has no terms of reference in force on this day. Adopt them first.')
    : undefined;

const onTheAgenda: CircumstanceRule = (step, _state, { meeting }) => {
  if (!meeting || meeting.kind === 'chairsAction' || meeting.agenda?.includes(step.caseId)) return undefined;
  const sentence = "This case is not on the meeting's agenda. Put it there first.";
  return meeting.agenda
    ? breach('case-not-on-agenda', sentence, 'caseId')
    : whenAsked('case-not-on-agenda', sentence, 'caseId');
};

const quorumConfirmed: CircumstanceRule = (_step, _state, { meeting }) => {
  if (!meeting || meeting.kind === 'chairsAction' || meeting.quorum?.met) return undefined;
  if (meeting.quorum) return breach('quorum-not-met', 'The meeting is not quorate, so it cannot decide.');
  const sentence = 'The quorum has not been confirmed since attendance was last recorded. Confirm it first.';
  return meeting.attendees
    ? breach('quorum-not-confirmed', sentence)
    : absent('quorum', 'quorum-not-confirmed', sentence);
};

/** Those who may vote on a case: present, voting, and without an interest in it. Absent when attendance is. */
export const mayVote = (meeting: MeetingHeld, caseId: string): MeetingHeld['attendees'] =>
  meeting.attendees?.filter(
    ({ memberRef, votes }) =>
      votes && !meeting.interests.some((interest) => interest.memberRef === memberRef && interest.caseId === caseId),
  );

const enoughWithoutInterest: CircumstanceRule = (step, _state, { meeting }) => {
  const left = meeting?.quorum?.met ? mayVote(meeting, step.caseId) : undefined;
  return left && meeting?.quorum && left.length < meeting.quorum.quorum
    ? breach(
        'quorum-not-met',
        `Without the members who have an interest in this case, ${left.length} can vote and ${meeting.quorum.quorum} are needed.`,
      )
    : undefined;
};

const parentHeard: CircumstanceRule = (step, _state, context) =>
  context.case && step.type !== 'DeferCase' && !context.case.parentView
    ? absent('parentView', 'parent-view-missing', "Record the parent's view, or why there is none, before deciding.")
    : undefined;

const childHeard: CircumstanceRule = (step, _state, context) =>
  context.case && step.type !== 'DeferCase' && !context.case.pupilView
    ? absent('pupilView', 'pupil-view-missing', "Record the child's own view, or why there is none, before deciding.")
    : undefined;

const sharingAgreed: CircumstanceRule = (step, _state, context) => {
  if (!context.case || step.type === 'DeferCase' || context.case.sharingConsent === 'given') return undefined;
  return context.case.sharingConsent === 'withdrawn'
    ? breach('sharing-consent-missing', 'Consent to share information has been withdrawn. The family must agree again.')
    : absent('sharingConsent', 'sharing-consent-missing', 'Record consent to share information before deciding.');
};

const chairMayAct: CircumstanceRule = (step, _state, { terms }) =>
  step.type === 'TakeChairsAction' && terms && !terms.chairsActionAllowed
    ? breach('chairs-action-not-permitted', "The panel's terms do not allow chair's action. Put the case to a meeting.")
    : undefined;

const chairHasNoInterest: CircumstanceRule = (step, _state, { meeting }) =>
  step.type === 'TakeChairsAction' &&
  meeting?.attendees?.some(
    ({ memberRef, role }) =>
      role === 'chair' &&
      meeting.interests.some((interest) => interest.memberRef === memberRef && interest.caseId === step.caseId),
  )
    ? breach('interested-member-voted', 'The chair has an interest in this case and cannot decide it.')
    : undefined;

export const circumstanceRules: readonly CircumstanceRule[] = [
  happensWhenSaid,
  caseKnown,
  meetingKnown,
  onceACaseAndMeeting,
  childRemembered,
  rightKindOfMeeting,
  onTheDay,
  caseAsShown,
  meetingAsShown,
  caseOpen,
  thisPanelsCase,
  termsInForce,
  onTheAgenda,
  quorumConfirmed,
  enoughWithoutInterest,
  parentHeard,
  childHeard,
  sharingAgreed,
  chairMayAct,
  chairHasNoInterest,
];
