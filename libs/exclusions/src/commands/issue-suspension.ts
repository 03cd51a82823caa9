import type { CommandEnvelope, Executed } from '@app/event-store';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { ExclusionCommandOf } from '../domain/exclusion';
import { ExclusionDesk } from './exclusion-desk';

/** A headteacher suspended a child for a fixed time. */
export class IssueSuspension extends Command<Executed> {
  constructor(
    readonly exclusionId: string,
    readonly command: ExclusionCommandOf<'IssueSuspension'>,
    readonly envelope: CommandEnvelope,
    readonly expected?: number,
  ) {
    super();
  }
}

@CommandHandler(IssueSuspension)
export class IssueSuspensionHandler implements ICommandHandler<IssueSuspension> {
  constructor(private readonly desk: ExclusionDesk) {}

  execute({ exclusionId, command, envelope, expected }: IssueSuspension): Promise<Executed> {
    return this.desk.onExclusion(exclusionId, command, envelope, expected);
  }
}
