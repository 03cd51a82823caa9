import type { CommandEnvelope, Executed } from '@app/event-store';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { MeetingCommandOf } from '../domain/meeting';
import { PanelDesk } from './panel-desk';

/** Who is at a meeting: the whole list. */
export class RecordAttendance extends Command<Executed> {
  constructor(
    readonly meetingId: string,
    readonly command: MeetingCommandOf<'RecordAttendance'>,
    readonly envelope: CommandEnvelope,
    readonly expected?: number,
  ) {
    super();
  }
}

@CommandHandler(RecordAttendance)
export class RecordAttendanceHandler implements ICommandHandler<RecordAttendance> {
  constructor(private readonly desk: PanelDesk) {}

  execute({ meetingId, command, envelope, expected }: RecordAttendance): Promise<Executed> {
    return this.desk.onMeeting(meetingId, command, envelope, expected);
  }
}
