/** When a meeting can be planned, and what can be recorded of it (domain.md C.3, G.2). */
import { absent, breach, type FindingRule, happensWhenSaid, impossible, isCalendarDate, whenAsked } from '@app/kernel';
import type { PANEL_BREACHES, PANEL_NOT_RECORDED } from './events';
import type { MeetingCommand, MeetingContext, MeetingState } from './meeting';

type MeetingRule = FindingRule<
  MeetingCommand,
  MeetingState,
  MeetingContext,
  (typeof PANEL_BREACHES)[number],
  (typeof PANEL_NOT_RECORDED)[number]
>;

const realDay: MeetingRule = (command) =>
  command.type === 'ScheduleMeeting' && !isCalendarDate(command.meetingOn)
    ? impossible('no-such-date', `${command.meetingOn} is not a date. Give a day that exists.`, 'meetingOn')
    : undefined;

const panelExists: MeetingRule = (command, _state, { panel }) =>
  command.type === 'ScheduleMeeting' && !panel.established
    ? impossible('panel-not-established', 'There is no such panel. Set it up before it meets.', 'panelId')
    : undefined;

const scheduledOnce: MeetingRule = (command, state) =>
  command.type === 'ScheduleMeeting' && state.status === 'scheduled'
    ? impossible('meeting-already-scheduled', 'This meeting is planned for another day, kind or panel. Plan a new one.')
    : undefined;

const plannedAhead: MeetingRule = (command, _state, { today }) =>
  command.type === 'ScheduleMeeting' && command.meetingOn < today
    ? whenAsked(
        'meeting-in-the-past',
        `${command.meetingOn} is past. Enter the meeting as a late entry, with the reason why it is late.`,
        'meetingOn',
      )
    : undefined;

/** Terms adopted only after the meeting are a breach; terms that nobody has told Evenhand about are not recorded. */
const termsInForce: MeetingRule = (command, _state, { panel }) => {
  if (panel.terms) return undefined;
  const sentence = 'The panel has no terms of reference in force on the day of the meeting. Adopt them first.';
  if (command.type === 'ConfirmQuorum') return impossible('terms-not-adopted', sentence);
  if (command.type !== 'ScheduleMeeting' || !panel.established) return undefined;
  return panel.everAdopted ? breach('terms-not-adopted', sentence) : absent('terms', 'terms-not-adopted', sentence);
};

const scheduledFirst: MeetingRule = (command, state) =>
  command.type !== 'ScheduleMeeting' && state.status === 'none'
    ? impossible('meeting-not-scheduled', 'There is no such meeting. Plan it first.')
    : undefined;

/** Who came and whether that was enough is known on the day, and not before. */
const held: MeetingRule = (command, state, { on }) =>
  (command.type === 'RecordAttendance' || command.type === 'ConfirmQuorum') &&
  state.status === 'scheduled' &&
  on < state.meetingOn
    ? impossible('meeting-not-yet-held', `The meeting is on ${state.meetingOn}. Record this on the day.`)
    : undefined;

const notOver: MeetingRule = (command, state, { on }) =>
  command.type !== 'ScheduleMeeting' && state.status === 'scheduled' && on > state.meetingOn
    ? whenAsked(
        'meeting-is-over',
        `The meeting was on ${state.meetingOn}. Make this a late entry, with the reason why it is late.`,
      )
    : undefined;

const eachAttendeeOnce: MeetingRule = (command) => {
  if (command.type !== 'RecordAttendance') return undefined;
  const members = command.attendees.map((attendee) => attendee.memberRef);
  return new Set(members).size < members.length
    ? impossible('attendee-twice', 'The same person stands twice in the attendance. Keep one entry each.', 'attendees')
    : undefined;
};

const observersDoNotVote: MeetingRule = (command) =>
  command.type === 'RecordAttendance' &&
  command.attendees.some((attendee) => attendee.role === 'observer' && attendee.votes)
    ? breach('observer-votes', 'An observer does not vote. Change the role, or take the vote away.', 'attendees')
    : undefined;

const chairsActionHasNoQuorum: MeetingRule = (command, state) =>
  command.type === 'ConfirmQuorum' && state.status === 'scheduled' && state.kind === 'chairsAction'
    ? impossible('chairs-action-has-no-quorum', "Chair's action needs no quorum: the next full meeting confirms it.")
    : undefined;

const attendanceFirst: MeetingRule = (command, state) =>
  command.type === 'ConfirmQuorum' && state.status === 'scheduled' && !state.attendees
    ? impossible('attendance-not-recorded', 'Record who is here before the quorum is counted.')
    : undefined;

const interestInAnAgendaCase: MeetingRule = (command, state) => {
  if (command.type !== 'DeclareInterest' || state.status === 'none') return undefined;
  if (state.agenda?.some((item) => item.caseId === command.caseId)) return undefined;
  const sentence = "This case is not on the meeting's agenda. Put it there first.";
  return state.agenda
    ? breach('agenda-unknown-case', sentence, 'caseId')
    : absent('agenda', 'agenda-unknown-case', sentence, 'caseId');
};

const interestOfSomebodyThere: MeetingRule = (command, state) =>
  command.type === 'DeclareInterest' &&
  state.status === 'scheduled' &&
  state.attendees &&
  !state.attendees.some((attendee) => attendee.memberRef === command.memberRef)
    ? breach('not-an-attendee', 'This person is not in the attendance. Record them as present first.', 'memberRef')
    : undefined;

const eachCaseOnce: MeetingRule = (command) => {
  if (command.type !== 'OrderAgenda') return undefined;
  const cases = command.items.map((item) => item.caseId);
  return new Set(cases).size < cases.length
    ? impossible('case-twice-on-agenda', 'The same case stands twice on the agenda. Keep one place for it.', 'items')
    : undefined;
};

export const meetingRules: readonly MeetingRule[] = [
  happensWhenSaid,
  realDay,
  panelExists,
  scheduledOnce,
  plannedAhead,
  termsInForce,
  scheduledFirst,
  held,
  notOver,
  eachAttendeeOnce,
  observersDoNotVote,
  chairsActionHasNoQuorum,
  attendanceFirst,
  interestInAnAgendaCase,
  interestOfSomebodyThere,
  eachCaseOnce,
];
