import type { CommandEnvelope, Executed } from '@app/event-store';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CaseCommandOf } from '../domain/case-state';
import { CaseDesk } from './case-desk';

/** The child's own view, or why there is none. */
export class RecordPupilView extends Command<Executed> {
  constructor(
    readonly caseId: string,
    readonly command: CaseCommandOf<'RecordPupilView'>,
    readonly envelope: CommandEnvelope,
    readonly expected?: number,
  ) {
    super();
  }
}

@CommandHandler(RecordPupilView)
export class RecordPupilViewHandler implements ICommandHandler<RecordPupilView> {
  constructor(private readonly desk: CaseDesk) {}

  execute({ caseId, command, envelope, expected }: RecordPupilView): Promise<Executed> {
    return this.desk.onCase(caseId, command, envelope, expected);
  }
}
