/** A storage format: stored names and fields never change (event-format.md 7). No event here is about a child. */
import {
  code,
  DECISION_TYPE_CODES,
  date,
  defineCodec,
  defineEvent,
  type EventsOf,
  flag,
  id,
  list,
  optional,
  PANEL_ROLE_CODES,
  record,
  urn,
  version,
  whole,
} from '@app/kernel';

export const PANEL_TYPES = ['sharing', 'inclusion', 'multiAgency', 'fairAccess', 'exclusionReview'] as const;
export const PANEL_BREACHES = [
  'terms-not-adopted',
  'quorum-not-met',
  'agenda-unknown-case',
  'not-an-attendee',
  'observer-votes',
] as const;
export const PANEL_NOT_RECORDED = ['panelType', 'terms', 'attendance', 'quorum', 'interests', 'agenda'] as const;
const breaches = optional(list(code(PANEL_BREACHES, 'a rule that the recorded facts break')));
const notRecorded = optional(list(code(PANEL_NOT_RECORDED, 'what the source does not say')));

export const panelEstablished = defineEvent('PanelEstablished', 'A panel exists; its name is a row of the directory.', {
  clear: {
    panelType: optional(code(PANEL_TYPES, 'what kind of panel')),
    networkUrns: optional(list(urn('a school of the network'))),
    breaches,
    notRecorded,
  },
});
export const termsOfReferenceAdopted = defineEvent('TermsOfReferenceAdopted', 'How the panel works from a day on.', {
  clear: {
    version: version('of the terms'),
    quorum: whole('how many members must be present', 1, 99),
    requiredRoles: list(code(PANEL_ROLE_CODES, 'a role that must be present')),
    criteria: list(
      record(
        {
          id: id('the criterion, a row of the directory'),
          version: version('of its wording'),
          mandatory: flag('must have a finding'),
        },
        'a criterion',
      ),
    ),
    decisionTypes: list(code(DECISION_TYPE_CODES, 'a decision that the panel may take')),
    chairsActionAllowed: flag('the chair may decide between meetings, to be ratified'),
    breaches,
    notRecorded,
  },
});
export const panelCodec = defineCodec('panel', [panelEstablished, termsOfReferenceAdopted]);
export type PanelEvent = EventsOf<typeof panelCodec>;

export const MEETING_KINDS = ['ordinary', 'chairsAction'] as const;
export const ATTENDANCE_MODES = ['inPerson', 'remote'] as const;
export const INTERESTS = ['ownSchool', 'knowsFamily', 'professional', 'other'] as const;
export const INTEREST_ACTIONS = ['left', 'stayedSilent', 'spokeDidNotVote'] as const;

export const meetingScheduled = defineEvent('MeetingScheduled', 'A panel meets on a day.', {
  clear: {
    panelId: id('the panel'),
    meetingOn: date('the day of the meeting'),
    kind: code(MEETING_KINDS, "a meeting, or the chair's action between meetings"),
    breaches,
    notRecorded,
  },
});
export const attendanceRecorded = defineEvent('AttendanceRecorded', 'Who was there; the whole list each time.', {
  clear: {
    attendees: list(
      record(
        {
          memberRef: id('the member, a person of the directory'),
          role: code(PANEL_ROLE_CODES, 'in which role'),
          urn: optional(urn('the school they stand for')),
          mode: code(ATTENDANCE_MODES, 'how they took part'),
          votes: flag('may vote'),
        },
        'somebody who was there',
      ),
    ),
    breaches,
    notRecorded,
  },
});
const quorumFacts = {
  termsVersion: version('of the terms that say the quorum'),
  quorum: whole('members needed', 1, 99),
  present: whole('members present', 0, 999),
  missingRoles: list(code(PANEL_ROLE_CODES, 'a required role that was not there')),
  breaches,
  notRecorded,
};
export const quorumConfirmed = defineEvent('QuorumConfirmed', 'The meeting may decide.', { clear: quorumFacts });
export const quorumNotMet = defineEvent('QuorumNotMet', 'The meeting may not decide.', { clear: quorumFacts });
export const interestDeclared = defineEvent('InterestDeclared', 'A member has an interest in a case.', {
  clear: {
    memberRef: id('the member'),
    caseId: id('the case'),
    interest: code(INTERESTS, 'what kind of interest'),
    action: code(INTEREST_ACTIONS, 'what the member did'),
    breaches,
    notRecorded,
  },
});
export const agendaOrdered = defineEvent('AgendaOrdered', 'Which cases, in which order; the whole agenda each time.', {
  clear: {
    items: list(
      record(
        { caseId: id('the case'), part: optional(code(['A', 'B'], 'placements, or inclusion')) },
        'an item of the agenda',
      ),
    ),
    breaches,
    notRecorded,
  },
});
export const meetingCodec = defineCodec('meeting', [
  meetingScheduled,
  attendanceRecorded,
  quorumConfirmed,
  quorumNotMet,
  interestDeclared,
  agendaOrdered,
]);
export type MeetingEvent = EventsOf<typeof meetingCodec>;

export const panelStream = (panelId: string): string => `panel-${panelId}`;
export const meetingStream = (meetingId: string): string => `meeting-${meetingId}`;
