import type { CommandEnvelope, Executed } from '@app/event-store';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { MeetingCommandOf } from '../domain/meeting';
import { PanelDesk } from './panel-desk';

/** A member has an interest in a case. */
export class DeclareInterest extends Command<Executed> {
  constructor(
    readonly meetingId: string,
    readonly command: MeetingCommandOf<'DeclareInterest'>,
    readonly envelope: CommandEnvelope,
    readonly expected?: number,
  ) {
    super();
  }
}

@CommandHandler(DeclareInterest)
export class DeclareInterestHandler implements ICommandHandler<DeclareInterest> {
  constructor(private readonly desk: PanelDesk) {}

  execute({ meetingId, command, envelope, expected }: DeclareInterest): Promise<Executed> {
    return this.desk.onMeeting(meetingId, command, envelope, expected);
  }
}
