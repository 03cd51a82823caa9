import type { CommandEnvelope, Executed } from '@app/event-store';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { ExclusionCommandOf } from '../domain/exclusion';
import { ExclusionDesk } from './exclusion-desk';

/** A suspension or exclusion is looked at again. */
export class ReviewExclusion extends Command<Executed> {
  constructor(
    readonly exclusionId: string,
    readonly command: ExclusionCommandOf<'ReviewExclusion'>,
    readonly envelope: CommandEnvelope,
    readonly expected?: number,
  ) {
    super();
  }
}

@CommandHandler(ReviewExclusion)
export class ReviewExclusionHandler implements ICommandHandler<ReviewExclusion> {
  constructor(private readonly desk: ExclusionDesk) {}

  execute({ exclusionId, command, envelope, expected }: ReviewExclusion): Promise<Executed> {
    return this.desk.onExclusion(exclusionId, command, envelope, expected);
  }
}
