import { specification } from '@app/kernel';
import type { MeetingEvent } from './events';
import { type Attendee, type MeetingCommand, type MeetingContext, meetingDecider } from './meeting';
import type { Terms } from './terms';

const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const [PANEL, CHAIR, HEAD, REP, EP, CASE, OTHER_CASE] = [1, 2, 3, 4, 5, 6, 7].map(id) as [
  string,
  string,
  string,
  string,
  string,
  string,
  string,
];
const today = '2026-11-20';
const terms: Terms = {
  version: '1',
  quorum: 3,
  requiredRoles: ['chair', 'educationalPsychologist'],
  criteria: [],
  decisionTypes: ['managedMoveSupported'],
  chairsActionAllowed: true,
};
const context: MeetingContext = {
  provenance: 'live',
  on: today,
  today,
  panel: { established: true, everAdopted: true, terms },
};
const spec = specification(meetingDecider, context);
const noTerms = { established: true, everAdopted: false } as const;

const attendee = (memberRef: string, role: Attendee['role'], votes = true): Attendee => ({
  memberRef,
  role,
  mode: 'inPerson',
  votes,
});
const three = [attendee(CHAIR, 'chair'), attendee(HEAD, 'headteacher'), attendee(REP, 'schoolRepresentative')];
const full = [...three, attendee(EP, 'educationalPsychologist', false)];

const schedule: MeetingCommand = { type: 'ScheduleMeeting', panelId: PANEL, meetingOn: today, kind: 'ordinary' };
const scheduled: MeetingEvent = {
  type: 'MeetingScheduled',
  data: { panelId: PANEL, meetingOn: today, kind: 'ordinary' },
};
const attended = (attendees: readonly Attendee[]): MeetingEvent => ({
  type: 'AttendanceRecorded',
  data: { attendees },
});
const counted = { termsVersion: '1', quorum: 3, present: 3, missingRoles: [] };
const confirmed: MeetingEvent = { type: 'QuorumConfirmed', data: counted };
const agenda: MeetingEvent = { type: 'AgendaOrdered', data: { items: [{ caseId: CASE }] } };
const interest = { memberRef: HEAD, caseId: CASE, interest: 'ownSchool', action: 'left' } as const;
const declared: MeetingEvent = { type: 'InterestDeclared', data: interest };

describe('planning a meeting', () => {
  it('is done once; another day is another meeting', () => {
    spec.given([]).when(schedule).then([scheduled]);
    spec.given([scheduled]).when(schedule).then([]);
    spec
      .given([scheduled])
      .when({ ...schedule, meetingOn: '2026-12-04' })
      .thenRefused('meeting-already-scheduled');
  });
  it('lies ahead when asked, and may lie behind when recorded', () => {
    const past = { ...schedule, meetingOn: '2026-11-13' };
    spec.given([]).when(past).thenRefused('meeting-in-the-past');
    spec
      .given([])
      .when(past, { provenance: 'lateEntry', on: '2026-11-13' })
      .then([{ type: 'MeetingScheduled', data: { panelId: PANEL, meetingOn: '2026-11-13', kind: 'ordinary' } }]);
  });
  it('needs a panel and a day that exist, in every mode', () => {
    for (const provenance of ['live', 'lateEntry', 'register'] as const) {
      spec
        .given([])
        .when(
          { ...schedule, meetingOn: '2027-02-30' },
          { provenance, panel: { established: false, everAdopted: false } },
        )
        .thenRefused('no-such-date', 'panel-not-established');
    }
  });
  it('needs terms in force; a register does not say any', () => {
    spec.given([]).when(schedule, { panel: noTerms }).thenRefused('terms-not-adopted');
    spec
      .given([])
      .when(schedule, { panel: noTerms, provenance: 'register' })
      .then([
        {
          type: 'MeetingScheduled',
          data: {
            panelId: PANEL,
            meetingOn: today,
            kind: 'ordinary',
            notRecorded: ['terms', 'attendance', 'quorum', 'interests', 'agenda'],
          },
        },
      ]);
  });
  it('before the first terms were adopted is a breach', () => {
    spec
      .given([])
      .when(schedule, { panel: { established: true, everAdopted: true }, provenance: 'lateEntry' })
      .then([
        {
          type: 'MeetingScheduled',
          data: { panelId: PANEL, meetingOn: today, kind: 'ordinary', breaches: ['terms-not-adopted'] },
        },
      ]);
  });
});

describe('attendance', () => {
  const record = (attendees: readonly Attendee[]): MeetingCommand => ({ type: 'RecordAttendance', attendees });
  it('is the whole list each time, and quiet when it says the same in another order', () => {
    spec
      .given([scheduled])
      .when(record(three))
      .then([attended(three)]);
    spec
      .given([scheduled, attended(three)])
      .when(record(three.toReversed()))
      .then([]);
    spec
      .given([scheduled, attended(three)])
      .when(record(full))
      .then([attended(full)]);
  });
  it('is not known before the day, nor asked for after it', () => {
    spec
      .given([scheduled])
      .when(record(three), { on: '2026-11-19', today: '2026-11-19' })
      .thenRefused('meeting-not-yet-held');
    spec
      .given([scheduled])
      .when(record(three), { on: '2026-11-21', today: '2026-11-21' })
      .thenRefused('meeting-is-over');
    spec
      .given([scheduled])
      .when(record(three), { provenance: 'lateEntry', on: '2026-11-20', today: '2026-12-01' })
      .then([attended(three)]);
  });
  it('names nobody twice, and no meeting that is not planned', () => {
    spec
      .given([])
      .when(record([attendee(CHAIR, 'chair'), attendee(CHAIR, 'headteacher')]))
      .thenRefused('meeting-not-scheduled', 'attendee-twice');
  });
  it('gives no vote to an observer, unless that is what happened', () => {
    const attendees = [attendee(CHAIR, 'chair'), attendee(HEAD, 'observer')];
    spec.given([scheduled]).when(record(attendees)).thenRefused('observer-votes');
    spec
      .given([scheduled])
      .when(record(attendees), { provenance: 'lateEntry' })
      .then([{ type: 'AttendanceRecorded', data: { attendees, breaches: ['observer-votes'] } }]);
  });
});

describe('quorum', () => {
  const count: MeetingCommand = { type: 'ConfirmQuorum' };
  it('is confirmed when enough vote and every required role is there, voting or not', () => {
    spec
      .given([scheduled, attended(full)])
      .when(count)
      .then([confirmed]);
    spec
      .given([scheduled, attended(full), confirmed])
      .when(count)
      .then([]);
  });
  it('is not met without a required role', () => {
    spec
      .given([scheduled, attended(three)])
      .when(count)
      .then([{ type: 'QuorumNotMet', data: { ...counted, missingRoles: ['educationalPsychologist'] } }]);
  });
  it('is not met when too few vote', () => {
    const few = full.map((one) => ({ ...one, votes: one.role === 'chair' }));
    spec
      .given([scheduled, attended(few)])
      .when(count)
      .then([{ type: 'QuorumNotMet', data: { ...counted, present: 1 } }]);
  });
  it('is counted again after attendance was recorded again', () => {
    spec
      .given([scheduled, attended(full), confirmed, attended(three)])
      .when(count)
      .then([{ type: 'QuorumNotMet', data: { ...counted, missingRoles: ['educationalPsychologist'] } }]);
    spec
      .given([scheduled, attended(full), confirmed, attended(three), attended(full)])
      .when(count)
      .then([confirmed]);
  });
  it('needs attendance and terms', () => {
    spec.given([scheduled]).when(count, { panel: noTerms }).thenRefused('terms-not-adopted', 'attendance-not-recorded');
  });
  it("is not asked for by chair's action", () => {
    const action: MeetingEvent = {
      type: 'MeetingScheduled',
      data: { panelId: PANEL, meetingOn: today, kind: 'chairsAction' },
    };
    spec
      .given([action, attended([attendee(CHAIR, 'chair')])])
      .when(count)
      .thenRefused('chairs-action-has-no-quorum');
  });
});

describe('a declared interest', () => {
  const declare: MeetingCommand = { type: 'DeclareInterest', ...interest };
  it('is of somebody there, in a case on the agenda', () => {
    spec
      .given([scheduled, attended(three), agenda])
      .when(declare)
      .then([declared]);
    spec
      .given([scheduled, attended(three), agenda, declared])
      .when(declare)
      .then([]);
    spec
      .given([scheduled, attended(three), agenda])
      .when({ ...declare, memberRef: EP, caseId: OTHER_CASE })
      .thenRefused('agenda-unknown-case', 'not-an-attendee');
  });
  it('can be declared before the meeting', () => {
    spec.given([scheduled, agenda]).when(declare, { on: '2026-11-18', today: '2026-11-18' }).then([declared]);
  });
  it('declared again with another action replaces the first', () => {
    const stayed = { ...interest, action: 'stayedSilent' } as const;
    spec
      .given([scheduled, agenda, declared, { type: 'InterestDeclared', data: stayed }])
      .when(declare)
      .then([declared]);
  });
  it('keeps what was wrong when recorded', () => {
    spec
      .given([scheduled, attended(three), agenda])
      .when({ ...declare, memberRef: EP, caseId: OTHER_CASE }, { provenance: 'lateEntry' })
      .then([
        {
          type: 'InterestDeclared',
          data: {
            ...interest,
            memberRef: EP,
            caseId: OTHER_CASE,
            breaches: ['agenda-unknown-case', 'not-an-attendee'],
          },
        },
      ]);
    spec
      .given([scheduled])
      .when(declare, { provenance: 'lateEntry' })
      .then([{ type: 'InterestDeclared', data: { ...interest, notRecorded: ['agenda'] } }]);
  });
});

describe('the agenda', () => {
  const order = (...cases: string[]): MeetingCommand => ({
    type: 'OrderAgenda',
    items: cases.map((caseId) => ({ caseId })),
  });
  it('is the whole list each time, each case once, in its order', () => {
    spec.given([scheduled]).when(order(CASE)).then([agenda]);
    spec.given([scheduled, agenda]).when(order(CASE)).then([]);
    spec
      .given([scheduled, agenda])
      .when(order(OTHER_CASE, CASE))
      .then([{ type: 'AgendaOrdered', data: { items: [{ caseId: OTHER_CASE }, { caseId: CASE }] } }]);
    spec.given([scheduled]).when(order(CASE, CASE)).thenRefused('case-twice-on-agenda');
  });
  it('is not changed after the meeting', () => {
    spec.given([scheduled]).when(order(CASE), { on: '2026-11-23', today: '2026-11-23' }).thenRefused('meeting-is-over');
  });
});
