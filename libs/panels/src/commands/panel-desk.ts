/** What the command handlers of panels and meetings work with, and how they carry out a step on one of them. */
import { Directory } from '@app/directory';
import { CLOCK, type CommandEnvelope, execute, type Executed, Journal } from '@app/event-store';
import type { Clock, Occasion } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { meetingCodec, meetingStream, panelCodec, type PanelEvent, panelStream } from '../domain/events';
import { type MeetingCommand, meetingDecider } from '../domain/meeting';
import { type PanelCommand, panelDecider } from '../domain/panel';
import { type TermsOnADay, termsOnADay } from '../domain/terms';

@Injectable()
export class PanelDesk {
  constructor(
    readonly journal: Journal,
    readonly directory: Directory,
    @Inject(CLOCK) readonly clock: Clock,
  ) {}

  /** Carries out a step on a panel. `expected` is the revision that the caller saw. */
  async onPanel(
    panelId: string,
    command: PanelCommand,
    envelope: CommandEnvelope,
    expected?: number,
  ): Promise<Executed> {
    const urns = command.type === 'EstablishPanel' ? (command.networkUrns ?? []) : [];
    const schools = await Promise.all(urns.map((urn) => this.directory.school(urn)));
    const known = new Set(schools.flatMap((school) => school?.urn ?? []));
    return execute(this.journal, {
      codec: panelCodec,
      decider: panelDecider,
      stream: panelStream(panelId),
      command,
      context: { ...this.occasionOf(envelope), schoolKnown: (urn: string) => known.has(urn) },
      envelope,
      ...(expected === undefined ? {} : { expected }),
    });
  }

  /** Carries out a step on a meeting. `expected` is the revision that the caller saw. */
  async onMeeting(
    meetingId: string,
    command: MeetingCommand,
    envelope: CommandEnvelope,
    expected?: number,
  ): Promise<Executed> {
    const panel = await this.termsFor(meetingId, command);
    return execute(this.journal, {
      codec: meetingCodec,
      decider: meetingDecider,
      stream: meetingStream(meetingId),
      command,
      context: { ...this.occasionOf(envelope), panel },
      envelope,
      ...(expected === undefined ? {} : { expected }),
    });
  }

  /** A panel's terms in force on a calendar date. */
  async termsOn(panelId: string, day: string): Promise<TermsOnADay> {
    const { events } = await this.journal.load(panelCodec, panelStream(panelId));
    return termsOnADay(
      events.map((event) => ({ event: event as unknown as PanelEvent, occurredOn: event.metadata.occurredOn })),
      day,
    );
  }

  private async termsFor(meetingId: string, command: MeetingCommand): Promise<TermsOnADay> {
    if (command.type === 'ScheduleMeeting') return this.termsOn(command.panelId, command.meetingOn);
    const { events } = await this.journal.load(meetingCodec, meetingStream(meetingId), 0);
    const [first] = events;
    if (first?.type !== 'MeetingScheduled') return { established: false, everAdopted: false };
    const { panelId, meetingOn } = first.data as { panelId: string; meetingOn: string };
    return this.termsOn(panelId, meetingOn);
  }

  private occasionOf(envelope: CommandEnvelope): Occasion {
    return { provenance: envelope.provenance, on: envelope.occurredOn, today: this.clock.today() };
  }
}
