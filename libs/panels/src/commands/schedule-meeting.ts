import type { CommandEnvelope, Executed } from '@app/event-store';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { MeetingCommandOf } from '../domain/meeting';
import { PanelDesk } from './panel-desk';

/** A panel's meeting is planned, or the chair acts between meetings. */
export class ScheduleMeeting extends Command<Executed> {
  constructor(
    readonly meetingId: string,
    readonly command: MeetingCommandOf<'ScheduleMeeting'>,
    readonly envelope: CommandEnvelope,
    readonly expected?: number,
  ) {
    super();
  }
}

@CommandHandler(ScheduleMeeting)
export class ScheduleMeetingHandler implements ICommandHandler<ScheduleMeeting> {
  constructor(private readonly desk: PanelDesk) {}

  execute({ meetingId, command, envelope, expected }: ScheduleMeeting): Promise<Executed> {
    return this.desk.onMeeting(meetingId, command, envelope, expected);
  }
}
