/** Chair's action is confirmed, or not, by the next full meeting; passed over there, it lapses (domain.md C.3, G.2). */
import { absent, breach, type Finding, type FindingRule, happensWhenSaid, impossible } from '@app/kernel';
import type { DecisionContext } from './context';
import type { DecisionCommandOf, DecisionState } from './decision-state';
import type { RATIFICATION_BREACHES } from './events';

type Ratifying = DecisionCommandOf<'RatifyDecision' | 'DeclineToRatify'>;
type RatificationBreach = (typeof RATIFICATION_BREACHES)[number];
type RatificationRule = FindingRule<Ratifying, DecisionState, DecisionContext, RatificationBreach, 'quorum'>;

const onlyChairsAction: RatificationRule = (_command, state) => {
  if (state.status === 'none') return impossible('decision-unknown', 'There is no such decision.');
  if (state.status === 'withdrawn')
    return impossible('decision-withdrawn', 'The decision was withdrawn. There is nothing to confirm.');
  return state.chairsAction
    ? undefined
    : impossible('not-chairs-action', "A full meeting took this decision. Only chair's action is confirmed.");
};

const onceOnly: RatificationRule = (_command, state) => {
  const ratification = state.status === 'standing' ? state.chairsAction?.ratification : undefined;
  return ratification === 'ratified' || ratification === 'declined'
    ? impossible('already-answered', `A meeting has answered already: this chair's action is ${ratification}.`)
    : undefined;
};

const byAFullMeeting: RatificationRule = (command, state, { ratifying, on, provenance }) => {
  const meeting = ratifying?.meeting;
  if (!meeting || meeting.meetingId !== command.meetingId)
    return impossible('meeting-unknown', 'There is no such meeting. Plan it first.', 'meetingId');
  const wrong: Finding<RatificationBreach, 'quorum'>[] = [];
  if (meeting.kind !== 'ordinary')
    wrong.push(impossible('not-a-full-meeting', "Chair's action is confirmed by a full meeting.", 'meetingId'));
  if (state.status === 'standing' && state.record.panelId !== meeting.panelId)
    wrong.push(impossible('other-panel', "Another panel's meeting cannot confirm this.", 'meetingId'));
  if (on !== meeting.meetingOn)
    wrong.push(
      provenance === 'live'
        ? impossible(
            on < meeting.meetingOn ? 'meeting-not-yet-held' : 'meeting-is-over',
            `The meeting is on ${meeting.meetingOn}. Record this on the day, or as a late entry.`,
          )
        : impossible('not-on-the-day', `The meeting was on ${meeting.meetingOn}, so its answer was too.`),
    );
  return wrong;
};

const quorate: RatificationRule = (_command, _state, { ratifying }) => {
  if (!ratifying || ratifying.meeting.kind !== 'ordinary' || ratifying.meeting.quorum?.met) return undefined;
  if (ratifying.meeting.quorum) return breach('quorum-not-met', 'The meeting is not quorate, so it cannot confirm.');
  const sentence = 'The quorum has not been confirmed since attendance was last recorded. Confirm it first.';
  return ratifying.meeting.attendees
    ? breach('quorum-not-confirmed', sentence)
    : absent('quorum', 'quorum-not-confirmed', sentence);
};

const afterTheAction: RatificationRule = (_command, _state, { ratifying, meeting }) =>
  ratifying && meeting && ratifying.meeting.meetingOn < meeting.meetingOn
    ? breach('ratified-before-decided', "This meeting was before the chair's action.", 'meetingId')
    : undefined;

const notLapsed: RatificationRule = (_command, _state, { ratifying }) =>
  ratifying && ratifying.fullMeetingsBetween > 0
    ? breach(
        'chairs-action-lapsed',
        "A full meeting has passed without confirming this chair's action, so it has lapsed. Put the case to a meeting.",
      )
    : undefined;

export const ratificationRules: readonly RatificationRule[] = [
  happensWhenSaid,
  onlyChairsAction,
  onceOnly,
  byAFullMeeting,
  quorate,
  afterTheAction,
  notLapsed,
];
