/** A panel's meeting: who was there, whether it could decide, who had an interest, and which cases it heard. */
import { type Decider, type EventOf, judge, type Marks, type Occasion, Refused, same } from '@app/kernel';
import type {
  agendaOrdered,
  attendanceRecorded,
  interestDeclared,
  MEETING_KINDS,
  MeetingEvent,
  PANEL_BREACHES,
  PANEL_NOT_RECORDED,
  quorumConfirmed,
} from './events';
import { meetingRules } from './meeting-rules';
import type { Terms, TermsOnADay } from './terms';

export type Attendee = EventOf<typeof attendanceRecorded>['data']['attendees'][number];
export type AgendaItem = EventOf<typeof agendaOrdered>['data']['items'][number];
type MeetingMarks = Marks<(typeof PANEL_BREACHES)[number], (typeof PANEL_NOT_RECORDED)[number]>;
export type Interest = Omit<EventOf<typeof interestDeclared>['data'], keyof MeetingMarks>;
type QuorumFacts = Omit<EventOf<typeof quorumConfirmed>['data'], keyof MeetingMarks>;

/** A count of those present against the terms, made after the last attendance record. */
export type Quorum = QuorumFacts & { readonly met: boolean };

export type MeetingState =
  | { readonly status: 'none' }
  | {
      readonly status: 'scheduled';
      readonly panelId: string;
      readonly meetingOn: string;
      readonly kind: (typeof MEETING_KINDS)[number];
      /** Absent until recorded. */
      readonly attendees?: readonly Attendee[];
      /** Absent until counted, and again once attendance is recorded anew. */
      readonly quorum?: Quorum;
      /** One a member and case: what was declared last. */
      readonly interests: readonly Interest[];
      /** Absent until ordered. */
      readonly agenda?: readonly AgendaItem[];
    };

export type MeetingCommand =
  | {
      readonly type: 'ScheduleMeeting';
      readonly panelId: string;
      readonly meetingOn: string;
      readonly kind: (typeof MEETING_KINDS)[number];
    }
  | { readonly type: 'RecordAttendance'; readonly attendees: readonly Attendee[] }
  | { readonly type: 'ConfirmQuorum' }
  | ({ readonly type: 'DeclareInterest' } & Interest)
  | { readonly type: 'OrderAgenda'; readonly items: readonly AgendaItem[] };

export type MeetingCommandOf<T extends MeetingCommand['type']> = Extract<MeetingCommand, { type: T }>;

export interface MeetingContext extends Occasion {
  /** The panel's terms on the day of the meeting: for ScheduleMeeting and ConfirmQuorum. */
  readonly panel: TermsOnADay;
}

export const meetingDecider: Decider<MeetingState, MeetingCommand, MeetingEvent, MeetingContext> = {
  initial: { status: 'none' },

  evolve(state, event) {
    if (event.type === 'MeetingScheduled') {
      const { panelId, meetingOn, kind } = event.data;
      return { status: 'scheduled', panelId, meetingOn, kind, interests: [] };
    }
    if (state.status === 'none') return state;
    switch (event.type) {
      case 'AttendanceRecorded': {
        const { quorum: _counted, ...rest } = state;
        return { ...rest, attendees: event.data.attendees };
      }
      case 'QuorumConfirmed':
      case 'QuorumNotMet': {
        const { termsVersion, quorum, present, missingRoles } = event.data;
        return {
          ...state,
          quorum: { termsVersion, quorum, present, missingRoles, met: event.type === 'QuorumConfirmed' },
        };
      }
      case 'InterestDeclared':
        return { ...state, interests: [...others(state.interests, event.data), interestOf(event.data)] };
      case 'AgendaOrdered':
        return { ...state, agenda: event.data.items };
    }
  },

  decide(command, state, context) {
    if (askedBefore(command, state, context)) return [];
    const marks = judge(meetingRules, command, state, context);
    if (marks instanceof Refused) return marks;
    switch (command.type) {
      case 'ScheduleMeeting': {
        const { panelId, meetingOn, kind } = command;
        return [{ type: 'MeetingScheduled', data: { panelId, meetingOn, kind, ...scheduledMarks(marks, context) } }];
      }
      case 'RecordAttendance':
        return [{ type: 'AttendanceRecorded', data: { attendees: command.attendees, ...marks } }];
      case 'ConfirmQuorum': {
        if (state.status === 'none' || !state.attendees || !context.panel.terms) return [];
        const { met, ...facts } = countedQuorum(state.attendees, context.panel.terms);
        return [{ type: met ? 'QuorumConfirmed' : 'QuorumNotMet', data: { ...facts, ...marks } }];
      }
      case 'DeclareInterest':
        return [{ type: 'InterestDeclared', data: { ...interestOf(command), ...marks } }];
      case 'OrderAgenda':
        return [{ type: 'AgendaOrdered', data: { items: command.items, ...marks } }];
    }
  },
};

/** Those present who may vote are counted; a required role counts whoever brings it, voting or not (domain.md C.3). */
export function countedQuorum(attendees: readonly Attendee[], terms: Terms): Quorum {
  const present = attendees.filter((attendee) => attendee.votes).length;
  const missingRoles = terms.requiredRoles.filter((role) => !attendees.some((attendee) => attendee.role === role));
  return {
    termsVersion: terms.version,
    quorum: terms.quorum,
    present,
    missingRoles,
    met: present >= terms.quorum && missingRoles.length === 0,
  };
}

/** A register tells of a meeting's decisions, and nothing else of the meeting (register.md). */
const scheduledMarks = (marks: MeetingMarks, { provenance }: MeetingContext): MeetingMarks =>
  provenance === 'register'
    ? { ...marks, notRecorded: [...(marks.notRecorded ?? []), 'attendance', 'quorum', 'interests', 'agenda'] }
    : marks;

const interestOf = ({ memberRef, caseId, interest, action }: Interest): Interest => ({
  memberRef,
  caseId,
  interest,
  action,
});

const others = (interests: readonly Interest[], { memberRef, caseId }: Interest): readonly Interest[] =>
  interests.filter((declared) => declared.memberRef !== memberRef || declared.caseId !== caseId);

function askedBefore(command: MeetingCommand, state: MeetingState, { panel }: MeetingContext): boolean {
  if (state.status === 'none') return false;
  switch (command.type) {
    case 'ScheduleMeeting':
      return state.panelId === command.panelId && state.meetingOn === command.meetingOn && state.kind === command.kind;
    case 'RecordAttendance':
      return same(byMember(state.attendees), byMember(command.attendees));
    case 'ConfirmQuorum':
      return (
        state.attendees !== undefined &&
        panel.terms !== undefined &&
        same(state.quorum, countedQuorum(state.attendees, panel.terms))
      );
    case 'DeclareInterest':
      return state.interests.some((declared) => same(declared, interestOf(command)));
    case 'OrderAgenda':
      return same(state.agenda, command.items);
  }
}

const byMember = (attendees: readonly Attendee[] | undefined): readonly Attendee[] | undefined =>
  attendees?.toSorted((a, b) => (a.memberRef < b.memberRef ? -1 : 1));
