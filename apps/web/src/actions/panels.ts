/** What people ask of panels and their meetings: the requests, and the commands that they become. */
import { Directory } from '@app/directory';
import { DECISION_TYPE_CODES, derivedId, PANEL_ROLE_CODES } from '@app/kernel';
import {
  AdoptTermsOfReference,
  ATTENDANCE_MODES,
  ConfirmQuorum,
  DeclareInterest,
  EstablishPanel,
  INTEREST_ACTIONS,
  INTERESTS,
  MEETING_KINDS,
  type MeetingCommand,
  OrderAgenda,
  PANEL_TYPES,
  type PanelCommand,
  RecordAttendance,
  ScheduleMeeting,
} from '@app/panels';
import { Injectable } from '@nestjs/common';
import { Code, Codes, Day, Many, Ref, Urn, Urns, Version, Whole, Words, YesOrNo } from '../http/fields';
import type { Recorded } from '../http/idempotency.interceptor';
import { invalid } from '../http/problem';
import { type Call, Commands, parts, When } from './call';

const optional = true;
type Of<C extends { type: string }, T extends C['type']> = Extract<C, { type: T }>;

export class PanelRequest extends When {
  @Words(100, { says: "The panel's name, one in the directory whatever its case" })
  name!: string;

  @Code(PANEL_TYPES)
  panelType!: string;

  @Urns(200, { optional, says: 'The schools of the network' })
  networkUrns?: string[];
}

export class CriterionRequest {
  @Ref({ says: 'A criterion of the directory' })
  id!: string;

  @Version({ says: 'Of its wording' })
  version!: string;

  @YesOrNo({ says: 'Must have a finding' })
  mandatory!: boolean;
}

export class TermsRequest extends When {
  @Version()
  version!: string;

  @Whole(1, 99, { says: 'How many members must be present' })
  quorum!: number;

  @Codes(PANEL_ROLE_CODES)
  requiredRoles!: string[];

  @Many(() => CriterionRequest, 50)
  criteria!: CriterionRequest[];

  @Codes(DECISION_TYPE_CODES, { says: 'What the panel may decide' })
  decisionTypes!: string[];

  @YesOrNo({ says: 'The chair may decide between meetings, to be ratified' })
  chairsActionAllowed!: boolean;
}

export class AgendaItemRequest {
  @Ref()
  caseId!: string;

  @Code(['A', 'B'], { optional })
  part?: string;
}

export class MeetingRequest extends When {
  @Day()
  meetingOn!: string;

  @Code(MEETING_KINDS)
  kind!: string;
}

export class AgendaRequest extends When {
  @Many(() => AgendaItemRequest, 100)
  items!: AgendaItemRequest[];
}

export class AttendeeRequest {
  @Ref({ says: 'A person of the directory' })
  memberRef!: string;

  @Code(PANEL_ROLE_CODES)
  role!: string;

  @Urn({ optional })
  urn?: string;

  @Code(ATTENDANCE_MODES)
  mode!: string;

  @YesOrNo()
  votes!: boolean;
}

export class AttendanceRequest extends When {
  @Many(() => AttendeeRequest, 60, { says: 'The whole list each time' })
  attendees!: AttendeeRequest[];
}

export class InterestRequest extends When {
  @Ref()
  memberRef!: string;

  @Ref()
  caseId!: string;

  @Code(INTERESTS)
  interest!: string;

  @Code(INTEREST_ACTIONS)
  action!: string;
}

@Injectable()
export class PanelActions {
  constructor(
    private readonly commands: Commands,
    private readonly directory: Directory,
  ) {}

  async establish(request: PanelRequest, call: Call): Promise<Recorded> {
    const { when, said } = parts(request);
    const { name, ...panel } = said;
    // Before the name is taken: a panel that is refused leaves no row in the directory.
    const known = new Set((await this.directory.schools()).map(({ urn }) => urn));
    const unknown = panel.networkUrns?.find((urn) => !known.has(urn));
    if (unknown !== undefined) {
      throw invalid([{ field: 'networkUrns', value: unknown, remedy: 'Send schools of the school list only.' }]);
    }
    if (name.trim() === '') throw invalid([{ field: 'name', remedy: "Send the panel's name." }]);
    const { panelId } = await this.directory.reservePanel(name);
    const command = { type: 'EstablishPanel', ...panel } as Of<PanelCommand, 'EstablishPanel'>;
    const executed = await this.commands.send(
      new EstablishPanel(panelId, command, this.commands.envelope(call, when), call.expected),
    );
    return this.commands.answer(executed, { panelId }, 201);
  }

  async adoptTerms(panelId: string, request: TermsRequest, call: Call): Promise<Recorded> {
    const { when, said } = parts(request);
    const command = { type: 'AdoptTermsOfReference', ...said } as Of<PanelCommand, 'AdoptTermsOfReference'>;
    const executed = await this.commands.send(
      new AdoptTermsOfReference(panelId, command, this.commands.envelope(call, when), call.expected),
    );
    return this.commands.answer(executed, { panelId });
  }

  /** The one meeting of a panel, day and kind: who schedules it again meets it. */
  async schedule(panelId: string, request: MeetingRequest, call: Call): Promise<Recorded> {
    const { when, said } = parts(request);
    const { meetingId } = await this.directory.reserveMeeting(panelId, said.meetingOn, said.kind);
    const command = { type: 'ScheduleMeeting', panelId, ...said } as Of<MeetingCommand, 'ScheduleMeeting'>;
    const executed = await this.commands.send(
      new ScheduleMeeting(meetingId, command, this.commands.envelope(call, when), call.expected),
    );
    return this.commands.answer(executed, { meetingId }, 201);
  }

  async orderAgenda(meetingId: string, request: AgendaRequest, call: Call): Promise<Recorded> {
    const { when, said } = parts(request);
    const command = { type: 'OrderAgenda', ...said } as Of<MeetingCommand, 'OrderAgenda'>;
    return this.send(meetingId, new OrderAgenda(meetingId, command, this.commands.envelope(call, when), call.expected));
  }

  async recordAttendance(meetingId: string, request: AttendanceRequest, call: Call): Promise<Recorded> {
    const { when, said } = parts(request);
    const command = { type: 'RecordAttendance', ...said } as Of<MeetingCommand, 'RecordAttendance'>;
    return this.send(
      meetingId,
      new RecordAttendance(meetingId, command, this.commands.envelope(call, when), call.expected),
    );
  }

  async confirmQuorum(meetingId: string, request: When, call: Call): Promise<Recorded> {
    const { when } = parts(request);
    const envelope = this.commands.envelope(call, when);
    return this.send(meetingId, new ConfirmQuorum(meetingId, { type: 'ConfirmQuorum' }, envelope, call.expected));
  }

  /** Attendance and the count against the terms in one step, as a page sends them; each has a command id of its own. */
  async attendanceAndQuorum(meetingId: string, request: AttendanceRequest, call: Call): Promise<Recorded> {
    await this.recordAttendance(meetingId, request, { ...call, commandId: derivedId(call.commandId, 'attendance') });
    return this.confirmQuorum(meetingId, new When(), {
      viewer: call.viewer,
      commandId: derivedId(call.commandId, 'quorum'),
    });
  }

  async declareInterest(meetingId: string, request: InterestRequest, call: Call): Promise<Recorded> {
    const { when, said } = parts(request);
    const command = { type: 'DeclareInterest', ...said } as Of<MeetingCommand, 'DeclareInterest'>;
    return this.send(
      meetingId,
      new DeclareInterest(meetingId, command, this.commands.envelope(call, when), call.expected),
    );
  }

  private async send(meetingId: string, command: Parameters<Commands['send']>[0]): Promise<Recorded> {
    return this.commands.answer(await this.commands.send(command), { meetingId });
  }
}
