import type { CommandEnvelope, Executed } from '@app/event-store';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { ExclusionCommandOf } from '../domain/exclusion';
import { ExclusionDesk } from './exclusion-desk';

/** A headteacher excluded a child permanently. */
export class IssuePermanentExclusion extends Command<Executed> {
  constructor(
    readonly exclusionId: string,
    readonly command: ExclusionCommandOf<'IssuePermanentExclusion'>,
    readonly envelope: CommandEnvelope,
    readonly expected?: number,
  ) {
    super();
  }
}

@CommandHandler(IssuePermanentExclusion)
export class IssuePermanentExclusionHandler implements ICommandHandler<IssuePermanentExclusion> {
  constructor(private readonly desk: ExclusionDesk) {}

  execute({ exclusionId, command, envelope, expected }: IssuePermanentExclusion): Promise<Executed> {
    return this.desk.onExclusion(exclusionId, command, envelope, expected);
  }
}
