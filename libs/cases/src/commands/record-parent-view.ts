import type { CommandEnvelope, Executed } from '@app/event-store';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CaseCommandOf } from '../domain/case-state';
import { CaseDesk } from './case-desk';

/** The parent's view, or why there is none; apart from any consent. */
export class RecordParentView extends Command<Executed> {
  constructor(
    readonly caseId: string,
    readonly command: CaseCommandOf<'RecordParentView'>,
    readonly envelope: CommandEnvelope,
    readonly expected?: number,
  ) {
    super();
  }
}

@CommandHandler(RecordParentView)
export class RecordParentViewHandler implements ICommandHandler<RecordParentView> {
  constructor(private readonly desk: CaseDesk) {}

  execute({ caseId, command, envelope, expected }: RecordParentView): Promise<Executed> {
    return this.desk.onCase(caseId, command, envelope, expected);
  }
}
