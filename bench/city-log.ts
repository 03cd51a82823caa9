/**
 * The log of a made-up city, as large as asked: forty panels that meet every month until today, and the cases they hear.
 * Plain events as the deciders would make them, in the order of their days; sealing and checking them is the journal's.
 */
import { type CaseEvent, caseCodec, caseStream, type PupilEvent, pupilCodec, pupilStream } from '@app/cases';
import { decisionCodec, type DecisionEvent, decisionStream } from '@app/decisions';
import { type Codec, decisionIdOf, type DomainEvent, MAIN_REASON_CODES, PRIMARY_NEED_CODES } from '@app/kernel';
import { moveCodec, type MoveEvent, moveStream } from '@app/managed-moves';
import { meetingCodec, type MeetingEvent, meetingStream, panelCodec, type PanelEvent, panelStream } from '@app/panels';
import { randomFrom } from './random';

/** A rise means that logs kept from earlier runs are made anew. */
export const CITY_VERSION = 1;

export const PANELS = 40;
const CASES_A_MEETING = 16;
/** In the mean, over cases with and without a move. */
const EVENTS_A_MONTH = 7_950;
/** How many cases are of a child who had one before. */
const RETURNING = 0.3;
const MONTHS_BETWEEN = 8;

/** What one command wrote: its events, on which stream and day, by whom. */
export interface Written {
  readonly codec: Codec;
  readonly stream: string;
  readonly events: readonly DomainEvent[];
  readonly on: string;
  readonly actor: { readonly ref: string; readonly role: string };
}

/** Reference data that the events name. */
export interface City {
  readonly panelIds: readonly string[];
  readonly urns: readonly string[];
  readonly criteria: readonly string[];
  readonly clerk: string;
}

const OUTCOMES = ['managedMoveSupported', 'managedMoveSupported', 'supportInSchool', 'alternativeProvision'] as const;
const REASONS = ['needsNotYetMet', 'freshStart', 'supportNotYetTried', 'familySupports', 'placeAvailable'] as const;
const TRIED = ['supportCycle', 'mentoring', 'outreach', 'earlyHelp', 'educationalPsychologist'] as const;
const SENTENCES = [
  'Mornings go better with a named adult; the last lesson of the day is still hard.',
  'Two support cycles are complete and were looked at together with the family.',
  'Explains ideas to younger children with patience, and looks after the school garden.',
  'Short instructions, one at a time, and time to answer.',
  'A move near the family would give the time that is needed, and a place is free in the year group.',
];

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);
const DAY = 86_400_000;

/**
 * At most `events` events, ending near `today`. Ids and contents come from the seed. `pupilsOf` is called with the
 * children of a month before the first event about them; some had a case before.
 */
export async function* cityLog(
  city: City,
  settings: { readonly seed: number; readonly events: number; readonly today: string },
  pupilsOf: (pupilRefs: readonly string[]) => Promise<void>,
): AsyncGenerator<Written> {
  const random = randomFrom(settings.seed);
  const below = (n: number): number => Math.floor(random() * n);
  const pick = <T>(of: readonly T[]): T => of[below(of.length)]!;
  const chance = (p: number): boolean => random() < p;
  const hex = (length: number): string => Array.from({ length }, () => below(16).toString(16)).join('');
  const uuid = (): string => `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`;
  const text = (): string => `${pick(SENTENCES)} ${pick(SENTENCES)}`;

  const months = Math.max(1, Math.ceil((settings.events * 1.02) / EVENTS_A_MONTH)) + 2;
  const end = Date.parse(`${settings.today}T00:00:00Z`);
  const firstDay = Date.UTC(Number(settings.today.slice(0, 4)), Number(settings.today.slice(5, 7)) - months, 1);
  const days = new Map<string, Written[]>();
  const clerk = { ref: city.clerk, role: 'clerk' };
  const school = { ref: uuid(), role: 'referrer' };
  const add = <E extends DomainEvent>(
    codec: Codec<E>,
    stream: string,
    time: number,
    actor: Written['actor'],
    ...events: E[]
  ): void => {
    if (time > end) return;
    const on = dayOf(time);
    const list = days.get(on) ?? [];
    list.push({ codec: codec as Codec, stream, events, on, actor });
    days.set(on, list);
  };
  /** Children whose last case is over, and by month those whose case is not. */
  const known: string[] = [];
  const resting: string[][] = [];
  const members = city.panelIds.map(() =>
    (['chair', 'headteacher', 'laInclusion', 'sendCasework', 'socialCare'] as const).map((role) => ({
      memberRef: uuid(),
      role,
      ...(role === 'headteacher' ? { urn: pick(city.urns) } : {}),
      mode: 'inPerson' as const,
      votes: true,
    })),
  );

  city.panelIds.forEach((panelId, at) => {
    add<PanelEvent>(
      panelCodec,
      panelStream(panelId),
      firstDay,
      clerk,
      { type: 'PanelEstablished', data: { panelType: at % 4 === 0 ? 'multiAgency' : 'inclusion' } },
      {
        type: 'TermsOfReferenceAdopted',
        data: {
          version: '1',
          quorum: 3,
          requiredRoles: ['chair'],
          criteria: city.criteria.map((id) => ({ id, version: '1', mandatory: true })),
          decisionTypes: ['managedMoveSupported', 'supportInSchool', 'alternativeProvision'],
          chairsActionAllowed: true,
        },
      },
    );
  });

  const addCase = (
    caseId: string,
    pupilRef: string,
    panelId: string,
    meetingId: string,
    met: number,
    place: number,
  ): void => {
    const homeUrn = pick(city.urns);
    const referred = met - (7 + below(21)) * DAY;
    const facts = {
      ncYear: 7 + below(5),
      mainReason: pick(MAIN_REASON_CODES.slice(0, 8)),
      senProvision: pick(['N', 'K', 'K', 'E'] as const),
      primaryNeed: pick(PRIMARY_NEED_CODES),
      careStatus: pick(['notLookedAfter', 'notLookedAfter', 'notLookedAfter', 'lookedAfter'] as const),
      supportCycles: below(4),
      daysSuspended: below(40) / 2,
      previousMoves: below(2),
    };
    add<PupilEvent>(pupilCodec, pupilStream(pupilRef), referred, school, {
      type: 'PupilCaseOpened',
      data: { pupilRef, caseId, caseType: 'ManagedMove', child: {} },
    });
    const stream = caseStream(caseId);
    const onCase = (time: number, actor: Written['actor'], event: CaseEvent): void =>
      add<CaseEvent>(caseCodec, stream, time, actor, event);
    onCase(referred, school, {
      type: 'CaseReferred',
      data: {
        pupilRef,
        caseType: 'ManagedMove',
        homeUrn,
        requested: 'managedMoveSupported',
        child: {
          referrerRole: 'senco',
          headSignOff: true,
          ...facts,
          freeSchoolMeals: chance(0.4),
          ethnicity: 'WBRI',
          sex: pick(['M', 'F'] as const),
          interventions: [pick(TRIED), pick(TRIED)],
        },
        words: { strengths: text(), whatHelps: text(), circumstances: text() },
      },
    });
    const asked = referred + (1 + below(4)) * DAY;
    const capturedOn = dayOf(asked);
    onCase(asked, school, {
      type: 'ParentViewRecorded',
      data: {
        pupilRef,
        child: { stance: pick(['supportsMove', 'unsure', 'opposesMove'] as const), capturedOn, method: 'phone' },
        words: { view: text() },
      },
    });
    onCase(asked, school, {
      type: 'PupilViewRecorded',
      data: {
        pupilRef,
        child: { stance: pick(['wantsToMove', 'unsure', 'wantsToStay'] as const), capturedOn, method: 'inPerson' },
        words: { view: text() },
      },
    });
    onCase(asked, school, {
      type: 'ConsentRecorded',
      data: { pupilRef, child: { party: 'parent', conversationOn: capturedOn, pressureChecked: true } },
    });
    onCase(asked + DAY, clerk, { type: 'CaseAccepted', data: { pupilRef, panelId, child: {} } });

    const outcome = pick(OUTCOMES);
    const receivingUrn = outcome === 'managedMoveSupported' ? pick(city.urns) : undefined;
    const decisionId = decisionIdOf(meetingId, caseId);
    add<DecisionEvent>(decisionCodec, decisionStream(decisionId), met, clerk, {
      type: 'PanelDecisionRecorded',
      data: {
        caseId,
        meetingId,
        panelId,
        caseType: 'ManagedMove',
        question: 'managedMove',
        requested: 'managedMoveSupported',
        decisionType: outcome,
        legalBasis: 'ConsentOnly',
        bindingOn: [],
        method: 'consensus',
        criteria: city.criteria.map((id) => ({ id, version: '1' })),
        nonChildFactors: [],
        agendaPosition: place + 1,
        homeUrn,
        ...(receivingUrn === undefined ? {} : { receivingUrn }),
        relied: { caseRevision: 4, meetingRevision: 3 },
        pupilRef,
        child: {
          facts,
          findings: city.criteria.map((criterion) => ({ criterion, finding: 'met' as const })),
          reasonCodes: [pick(REASONS), pick(REASONS)],
          missingInfo: [],
          conditions: [{ code: 'reviewMeeting', dueOn: dayOf(met + 42 * DAY) }],
        },
        words: { rationale: text(), evidence: text() },
      },
    });
    let closed = met + DAY;
    if (receivingUrn !== undefined) {
      const move = moveStream(uuid());
      const onMove = (time: number, event: MoveEvent): void => add<MoveEvent>(moveCodec, move, time, clerk, event);
      onMove(met, {
        type: 'ManagedMoveProposed',
        data: {
          caseId,
          decisionId,
          fromUrn: homeUrn,
          toUrn: receivingUrn,
          placeAvailable: true,
          pupilRef,
          child: { proposedBy: 'panel', plannedStart: dayOf(met + 14 * DAY), interventionsTried: 2 },
          words: { bestInterests: text() },
        },
      });
      for (const party of ['parent', 'homeSchool', 'receivingSchool'] as const)
        onMove(met + 2 * DAY, { type: 'ManagedMoveConsented', data: { caseId, pupilRef, child: { party } } });
      onMove(met + 5 * DAY, {
        type: 'InformationPackShared',
        data: { caseId, pupilRef, child: { contents: ['attainment', 'support', 'attendance'] } },
      });
      onMove(met + 6 * DAY, {
        type: 'IntegrationPlanAgreed',
        data: { caseId, pupilRef, child: { reviewOn: [dayOf(met + 28 * DAY)] }, words: { plan: text() } },
      });
      onMove(met + 7 * DAY, { type: 'ManagedMoveAgreed', data: { caseId, pupilRef, child: {} } });
      onMove(met + 14 * DAY, {
        type: 'ManagedMoveStarted',
        data: { caseId, toUrn: receivingUrn, pupilRef, child: {} },
      });
      closed = met + 15 * DAY;
      if (chance(0.15)) {
        const on = met + (40 + below(100)) * DAY;
        onMove(on, { type: 'MoveEnded', data: { caseId, pupilRef, child: { on: dayOf(on), cause: 'returned' } } });
      }
    }
    onCase(closed, clerk, { type: 'CaseClosed', data: { outcome, pupilRef, child: {} } });
    add<PupilEvent>(pupilCodec, pupilStream(pupilRef), closed, clerk, {
      type: 'PupilCaseReleased',
      data: { caseId, caseType: 'ManagedMove', because: 'closed' },
    });
  };

  let left = settings.events;
  // Cases of a meeting are referred in the month before it; so a month's days are whole once the next month is planned.
  for (let month = 0; month <= months && left > 0; month++) {
    const first = new Date(firstDay);
    const monthStart = Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + month, 1);
    known.push(...(resting[month - MONTHS_BETWEEN] ?? []));
    const fresh: string[] = [];
    const pupils = city.panelIds.map(() =>
      Array.from({ length: CASES_A_MEETING }, () => {
        const pupilRef = known.length > 0 && chance(RETURNING) ? known.splice(below(known.length), 1)[0]! : uuid();
        fresh.push(pupilRef);
        return pupilRef;
      }),
    );
    await pupilsOf(fresh);
    resting[month] = fresh;
    city.panelIds.forEach((panelId, at) => {
      const met = monthStart + (29 + (at % 20)) * DAY;
      const meetingId = uuid();
      const stream = meetingStream(meetingId);
      const onMeeting = (time: number, event: MeetingEvent): void =>
        add<MeetingEvent>(meetingCodec, stream, time, clerk, event);
      const cases = pupils[at]!.map((pupilRef) => ({ caseId: uuid(), pupilRef }));
      const attendees = members[at]!;
      onMeeting(monthStart, {
        type: 'MeetingScheduled',
        data: { panelId, meetingOn: dayOf(met), kind: 'ordinary' },
      });
      onMeeting(met, {
        type: 'AgendaOrdered',
        data: { items: cases.map(({ caseId }) => ({ caseId, part: 'B' as const })) },
      });
      onMeeting(met, { type: 'AttendanceRecorded', data: { attendees } });
      onMeeting(met, {
        type: 'QuorumConfirmed',
        data: { termsVersion: '1', quorum: 3, present: attendees.length, missingRoles: [] },
      });
      cases.forEach(({ caseId, pupilRef }, place) => addCase(caseId, pupilRef, panelId, meetingId, met, place));
    });
    const whole = dayOf(monthStart + DAY);
    const ready = [...days.keys()].filter((day) => day < whole || month === months).sort();
    for (const day of ready) {
      for (const written of days.get(day)!) {
        if (left <= 0) return;
        left -= written.events.length;
        yield written;
      }
      days.delete(day);
    }
  }
}
