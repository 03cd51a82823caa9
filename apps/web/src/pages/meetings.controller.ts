/** Meetings: the list, one meeting, and the plain forms to schedule it, set its agenda, and record who came and who steps back. */
import { decide, mayEver, Policy, type Viewer } from '@app/access';
import { Directory, type Person } from '@app/directory';
import { derivedId, PANEL_ROLES } from '@app/kernel';
import { ATTENDANCE_MODES, INTEREST_ACTIONS, INTERESTS } from '@app/panels';
import { Controller, Get, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { PLATFORM, type Platform } from '../../../composition/src/platform';
import { ReadAudit } from '../access/read-audit';
import type { Call } from '../actions/call';
import { AgendaItemRequest, AttendanceRequest, InterestRequest, PanelActions } from '../actions/panels';
import { CaseActions } from '../actions/cases';
import { type Field, optionsOf } from '../forms/fields';
import { type PageForm, PageForms } from '../forms/page-form';
import { Day, Many, Ref } from '../http/fields';
import type { Recorded } from '../http/idempotency.interceptor';
import { invalid, notFound } from '../http/problem';
import { askedFor, label, options, panelRole } from '../labels';
import { CaseReading, type CaseRead } from '../reading/cases';
import { heardAt, type MeetingRead, MEETINGS_SHOWN, PanelReading } from '../reading/panels';
import { inWords } from '../views';
import { type Crumb, renderPage } from './page';

/** What the form to schedule a meeting asks for. */
class ScheduleForm {
  @Ref()
  panelId!: string;

  @Day()
  meetingOn!: string;

  @Many(() => AgendaItemRequest, 100)
  items!: AgendaItemRequest[];
}

class AgendaForm {
  @Many(() => AgendaItemRequest, 100)
  items!: AgendaItemRequest[];
}

const trail = (...more: Crumb[]): Crumb[] => [
  { text: 'Home', href: '/' },
  { text: 'Meetings', href: '/meetings' },
  ...more,
];
const NO_VOTE = ['clerk', 'observer'];

@ApiExcludeController()
@Controller('meetings')
export class MeetingsController {
  constructor(
    private readonly reading: PanelReading,
    private readonly cases: CaseReading,
    private readonly panels: PanelActions,
    private readonly caseActions: CaseActions,
    private readonly forms: PageForms,
    private readonly directory: Directory,
    private readonly audit: ReadAudit,
    @Inject(PLATFORM) private readonly platform: Platform,
  ) {}

  @Get()
  @Policy('meeting.read')
  async list(@Req() request: Request, @Res() response: Response): Promise<void> {
    const viewer = request.viewer as Viewer;
    const meetings = await this.reading.meetings(viewer);
    renderPage(request, response, 'meetings', {
      title: 'Meetings',
      trail: [{ text: 'Home', href: '/' }, { text: 'Meetings' }],
      meetings: meetings.map((one) => ({ ...one, heard: heardAt(one).length })),
      shown: meetings.length < MEETINGS_SHOWN ? undefined : MEETINGS_SHOWN,
      maySchedule: mayEver(viewer, 'meeting.schedule'),
    });
  }

  @Get('new')
  @Policy('meeting.schedule')
  async scheduleForm(@Req() request: Request, @Res() response: Response): Promise<void> {
    this.forms.show(request, response, await this.scheduling(request));
  }

  @Post('new')
  @Policy('meeting.schedule')
  async schedule(@Req() request: Request, @Res() response: Response): Promise<void> {
    await this.forms.post(request, response, await this.scheduling(request));
  }

  @Get(':meetingId')
  @Policy('meeting.read')
  async show(@Req() request: Request, @Res() response: Response, @Param('meetingId') meetingId: string): Promise<void> {
    const viewer = request.viewer as Viewer;
    const meeting = await this.found(request, meetingId);
    const agenda = await this.cases.onAgenda({ agenda: heardAt(meeting) }, viewer);
    await this.audit.note(request, 'meeting', agenda);
    const persons = await this.personNames();
    const panel = { kind: 'panel', panelId: meeting.panelId } as const;
    renderPage(request, response, 'meeting', {
      title: `${meeting.panel}, ${inWords(meeting.meetingOn)}`,
      trail: trail({ text: `${meeting.panel}, ${inWords(meeting.meetingOn)}` }),
      meeting,
      past: meeting.meetingOn < this.platform.clock.today(),
      agenda: agenda.map((one) => ({
        ...one,
        requestedLabel: askedFor(one.requested),
        statusLabel: label(one.outcome ?? one.status),
        decided: meeting.decided.some(({ caseId }) => caseId === one.caseId),
      })),
      attendees: meeting.attendees.map(({ memberRef, role, mode, votes }) => ({
        name: persons.get(memberRef) ?? 'Somebody no longer in the directory',
        role: panelRole(role),
        mode: label(mode).toLowerCase(),
        votes: votes ? 'votes' : 'does not vote',
      })),
      missingRoles: meeting.quorum?.missingRoles.map(panelRole) ?? [],
      interests: meeting.interests.map(({ memberRef, caseId, interest, action }) => ({
        name: persons.get(memberRef) ?? 'Somebody no longer in the directory',
        reference: agenda.find((item) => item.caseId === caseId)?.reference ?? 'a case',
        interest: label(interest),
        action: label(action),
      })),
      mayPrepare: decide(viewer, panel, 'meeting.attendance').allow,
      mayDecide: mayEver(viewer, 'decision.record'),
    });
  }

  @Get(':meetingId/agenda')
  @Policy('meeting.agenda')
  async agendaForm(@Req() request: Request, @Res() response: Response, @Param('meetingId') id: string): Promise<void> {
    this.forms.show(request, response, await this.ordering(request, await this.found(request, id)));
  }

  @Post(':meetingId/agenda')
  @Policy('meeting.agenda')
  async agenda(@Req() request: Request, @Res() response: Response, @Param('meetingId') id: string): Promise<void> {
    await this.forms.post(request, response, await this.ordering(request, await this.found(request, id)));
  }

  @Get(':meetingId/attendance')
  @Policy('meeting.attendance')
  async attendanceForm(
    @Req() request: Request,
    @Res() response: Response,
    @Param('meetingId') id: string,
  ): Promise<void> {
    this.forms.show(request, response, await this.attending(await this.found(request, id)));
  }

  @Post(':meetingId/attendance')
  @Policy('meeting.attendance')
  async attendance(@Req() request: Request, @Res() response: Response, @Param('meetingId') id: string): Promise<void> {
    await this.forms.post(request, response, await this.attending(await this.found(request, id)));
  }

  @Get(':meetingId/interests')
  @Policy('meeting.interest')
  async interestForm(
    @Req() request: Request,
    @Res() response: Response,
    @Param('meetingId') id: string,
  ): Promise<void> {
    this.forms.show(request, response, await this.declaring(request, await this.found(request, id)));
  }

  @Post(':meetingId/interests')
  @Policy('meeting.interest')
  async interest(@Req() request: Request, @Res() response: Response, @Param('meetingId') id: string): Promise<void> {
    await this.forms.post(request, response, await this.declaring(request, await this.found(request, id)));
  }

  private async found(request: Request, meetingId: string): Promise<MeetingRead> {
    const meeting = await this.reading.meeting(meetingId, request.viewer as Viewer);
    if (!meeting) throw notFound();
    return meeting;
  }

  private async personNames(): Promise<ReadonlyMap<string, string>> {
    return new Map((await this.directory.persons()).map(({ personRef, name }) => [personRef, name]));
  }

  private async scheduling(request: Request): Promise<PageForm<ScheduleForm>> {
    const viewer = request.viewer as Viewer;
    const panels = await this.reading.panels(viewer);
    const waiting = await this.cases.waiting(viewer);
    return {
      title: 'Schedule a meeting',
      trail: trail({ text: 'Schedule a meeting' }),
      type: ScheduleForm,
      fields: [
        {
          kind: 'radios',
          name: 'panelId',
          label: 'Which panel meets?',
          ask: 'Choose the panel that meets',
          options: panels.map(({ panelId, name }) => ({ value: panelId, text: name })),
        },
        {
          kind: 'date',
          name: 'meetingOn',
          label: 'On which day?',
          hint: 'For example, 27 3 2026',
          ask: 'Enter the day of the meeting',
        },
        ...agendaFields(waiting),
      ],
      submit: 'Schedule the meeting',
      back: '/meetings',
      complete: itemsOf,
      run: async (value, call) => {
        if (!panels.some(({ panelId }) => panelId === value.panelId)) {
          throw invalid([{ field: 'panelId', remedy: 'Choose one of your panels.' }]);
        }
        // One that already has an agenda is changed on its own page, where the agenda can be seen.
        const there = (await this.reading.meetings(viewer)).find(
          ({ panelId, meetingOn, kind }) =>
            panelId === value.panelId && meetingOn === value.meetingOn && kind === 'ordinary',
        );
        if (there && there.agenda.length > 0) {
          throw invalid([
            {
              field: 'meetingOn',
              code: 'meeting-already-scheduled',
              remedy: `${there.panel} already meets on ${inWords(there.meetingOn)}. Open that meeting to change its agenda.`,
            },
          ]);
        }
        const scheduled = await this.panels.schedule(
          value.panelId,
          { meetingOn: value.meetingOn, kind: 'ordinary' },
          step(call, 'schedule'),
        );
        const { meetingId } = scheduled.document as { meetingId: string };
        if (value.items.length === 0) return scheduled;
        return this.order(meetingId, value.panelId, value.items, waiting, call);
      },
      done: ({ meetingId }) => `/meetings/${String(meetingId)}`,
      saved: 'The meeting is scheduled.',
    };
  }

  private async ordering(request: Request, meeting: MeetingRead): Promise<PageForm<AgendaForm>> {
    const viewer = request.viewer as Viewer;
    const agenda = await this.cases.onAgenda(meeting, viewer);
    const waiting = (await this.cases.waiting(viewer, meeting.panelId)).filter(
      ({ caseId }) => !agenda.some((item) => item.caseId === caseId),
    );
    const listed = [...agenda, ...waiting];
    return {
      title: 'Set the agenda',
      caption: `${meeting.panel}, ${inWords(meeting.meetingOn)}`,
      trail: trail({ text: meeting.panel, href: `/meetings/${meeting.meetingId}` }, { text: 'Agenda' }),
      type: AgendaForm,
      fields: agendaFields(listed),
      start: Object.fromEntries(agenda.map(({ caseId }, at) => [`place.${caseId}`, String(at + 1)])),
      submit: 'Save the agenda',
      back: `/meetings/${meeting.meetingId}`,
      hidden: { meetingRevision: meeting.revision },
      complete: itemsOf,
      run: (value, call) => this.order(meeting.meetingId, meeting.panelId, value.items, listed, call),
      done: () => `/meetings/${meeting.meetingId}`,
      saved: 'The agenda is saved.',
    };
  }

  /** A case that no panel has accepted yet is accepted by the panel that puts it on its agenda. */
  private async order(
    meetingId: string,
    panelId: string,
    items: AgendaItemRequest[],
    listed: readonly CaseRead[],
    call: Call,
  ): Promise<Recorded> {
    const known = new Map(listed.map((one) => [one.caseId, one]));
    for (const { caseId } of items) {
      const found = known.get(caseId);
      if (!found)
        throw invalid([{ field: '', remedy: 'A case on the list is no longer waiting. Load the page again.' }]);
      if (found.panelId === null) await this.caseActions.accept(caseId, { panelId }, step(call, `accept ${caseId}`));
    }
    return this.panels.orderAgenda(meetingId, { items }, step(call, 'agenda'));
  }

  private async attending(meeting: MeetingRead): Promise<PageForm<AttendanceRequest>> {
    // The panel's own people first, then those whom schools send in turn.
    const serves = ({ panelIds }: Person): boolean => panelIds.includes(meeting.panelId);
    const persons = (await this.directory.persons())
      .filter(
        (person) =>
          serves(person) ||
          person.role === 'referrer' ||
          meeting.attendees.some(({ memberRef }) => memberRef === person.personRef),
      )
      .sort((one, other) => Number(serves(other)) - Number(serves(one)));
    const there = new Map(meeting.attendees.map((one) => [one.memberRef, one]));
    const start: Record<string, string> = {};
    for (const person of persons) {
      const attendee = there.get(person.personRef);
      start[`role.${person.personRef}`] = attendee?.role ?? usualRole(person.role);
      if (attendee) start[`mode.${person.personRef}`] = attendee.mode;
      else if (there.size > 0) start[`mode.${person.personRef}`] = 'absent';
    }
    const fields: Field[] = persons.flatMap((person): Field[] => [
      {
        kind: 'radios',
        inline: true,
        name: `mode.${person.personRef}`,
        label: `Was ${person.name} there?`,
        options: [...options(ATTENDANCE_MODES), { value: 'absent', text: 'Not there' }],
      },
      {
        kind: 'select',
        name: `role.${person.personRef}`,
        label: `In which role ${person.name} came`,
        options: optionsOf(PANEL_ROLES),
      },
    ]);
    const isDay = meeting.meetingOn === this.platform.clock.today();
    return {
      title: 'Who is here?',
      caption: `${meeting.panel}, ${inWords(meeting.meetingOn)}`,
      intro: [
        'Everybody votes but the clerk and observers. Once this is saved, those present are counted against the terms of the panel.',
        ...(isDay ? [] : ['This meeting is not today: attendance is recorded on the day itself.']),
      ],
      trail: trail({ text: meeting.panel, href: `/meetings/${meeting.meetingId}` }, { text: 'Attendance' }),
      type: AttendanceRequest,
      fields,
      start,
      submit: 'Save and count',
      back: `/meetings/${meeting.meetingId}`,
      hidden: { meetingRevision: meeting.revision },
      complete: ({ mode = {}, role = {} }) => ({
        attendees: Object.entries(mode as Record<string, string>)
          .filter(([, how]) => how !== 'absent')
          .map(([memberRef, how]) => {
            const as = (role as Record<string, string>)[memberRef];
            const urns = persons.find(({ personRef }) => personRef === memberRef)?.urns ?? [];
            return {
              memberRef,
              role: as,
              mode: how,
              votes: !NO_VOTE.includes(as ?? ''),
              ...(urns.length === 1 ? { urn: urns[0] } : {}),
            };
          }),
      }),
      run: (value, call) => this.panels.attendanceAndQuorum(meeting.meetingId, value, call),
      done: () => `/meetings/${meeting.meetingId}`,
      saved: 'Attendance is recorded and the quorum is counted.',
    };
  }

  private async declaring(request: Request, meeting: MeetingRead): Promise<PageForm<InterestRequest>> {
    const agenda = await this.cases.onAgenda(meeting, request.viewer as Viewer);
    const persons = (await this.directory.persons()).filter(({ personRef, panelIds }) =>
      meeting.attendees.length > 0
        ? meeting.attendees.some(({ memberRef }) => memberRef === personRef)
        : panelIds.includes(meeting.panelId),
    );
    return {
      title: 'Declare an interest',
      caption: `${meeting.panel}, ${inWords(meeting.meetingOn)}`,
      intro: ['The case is hidden from the member at once, in lists and counts too, and they do not vote on it.'],
      trail: trail({ text: meeting.panel, href: `/meetings/${meeting.meetingId}` }, { text: 'Interests' }),
      type: InterestRequest,
      fields: [
        {
          kind: 'select',
          name: 'memberRef',
          label: 'Which member?',
          ask: 'Choose the member',
          options: persons.map(({ personRef, name }) => ({ value: personRef, text: name })),
        },
        {
          kind: 'radios',
          name: 'caseId',
          label: 'In which case?',
          ask: 'Choose the case',
          options: agenda.map(({ caseId, reference, childName }) => ({
            value: caseId,
            text: childName ? `${reference}, ${childName}` : reference,
          })),
        },
        {
          kind: 'radios',
          name: 'interest',
          label: 'What is the interest?',
          ask: 'Choose the interest',
          options: options(INTERESTS),
        },
        {
          kind: 'radios',
          name: 'action',
          label: 'What does the member do while the case is heard?',
          ask: 'Choose what the member does',
          options: options(INTEREST_ACTIONS),
        },
      ],
      submit: 'Record the interest',
      back: `/meetings/${meeting.meetingId}`,
      run: (value, call) => this.panels.declareInterest(meeting.meetingId, value, call),
      done: () => `/meetings/${meeting.meetingId}`,
      saved: 'The interest is recorded.',
    };
  }
}

const step = (call: Call, name: string): Call => ({ ...call, commandId: derivedId(call.commandId, name) });

const usualRole = (role: string): string => (role === 'chair' || role === 'clerk' ? role : '');

/** One field a case: its place on the agenda, or nothing. */
const agendaFields = (cases: readonly CaseRead[]): Field[] => [
  {
    kind: 'heading',
    text: 'Agenda',
    intro:
      cases.length > 0
        ? 'Number the cases in the order in which they will be heard. Leave blank what is not heard on this day.'
        : 'No case is waiting for a panel.',
  },
  ...cases.map((one): Field => ({
    kind: 'number',
    name: `place.${one.caseId}`,
    label: one.childName ? `${one.reference}, ${one.childName}` : one.reference,
    hint: `${askedFor(one.requested)} asked for by ${one.homeSchool}`,
  })),
];

/** The agenda in the order of the numbers; equal numbers stay in the order of the page. */
function itemsOf({ place = {}, ...rest }: Record<string, unknown>): Record<string, unknown> {
  const items = Object.entries(place as Record<string, unknown>)
    .sort(([, a], [, b]) => Number(a) - Number(b))
    .map(([caseId]) => ({ caseId }));
  return { ...rest, items };
}
