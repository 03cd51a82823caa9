import type { CommandEnvelope, Executed } from '@app/event-store';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { MeetingCommandOf } from '../domain/meeting';
import { PanelDesk } from './panel-desk';

/** Counts those present against the terms: confirmed, or not met. */
export class ConfirmQuorum extends Command<Executed> {
  constructor(
    readonly meetingId: string,
    readonly command: MeetingCommandOf<'ConfirmQuorum'>,
    readonly envelope: CommandEnvelope,
    readonly expected?: number,
  ) {
    super();
  }
}

@CommandHandler(ConfirmQuorum)
export class ConfirmQuorumHandler implements ICommandHandler<ConfirmQuorum> {
  constructor(private readonly desk: PanelDesk) {}

  execute({ meetingId, command, envelope, expected }: ConfirmQuorum): Promise<Executed> {
    return this.desk.onMeeting(meetingId, command, envelope, expected);
  }
}
