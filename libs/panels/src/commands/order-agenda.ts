import type { CommandEnvelope, Executed } from '@app/event-store';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { MeetingCommandOf } from '../domain/meeting';
import { PanelDesk } from './panel-desk';

/** Which cases a meeting hears, in which order: the whole agenda. */
export class OrderAgenda extends Command<Executed> {
  constructor(
    readonly meetingId: string,
    readonly command: MeetingCommandOf<'OrderAgenda'>,
    readonly envelope: CommandEnvelope,
    readonly expected?: number,
  ) {
    super();
  }
}

@CommandHandler(OrderAgenda)
export class OrderAgendaHandler implements ICommandHandler<OrderAgenda> {
  constructor(private readonly desk: PanelDesk) {}

  execute({ meetingId, command, envelope, expected }: OrderAgenda): Promise<Executed> {
    return this.desk.onMeeting(meetingId, command, envelope, expected);
  }
}
