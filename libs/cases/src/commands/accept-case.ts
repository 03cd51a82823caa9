import type { CommandEnvelope, Executed } from '@app/event-store';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CaseCommandOf } from '../domain/case-state';
import { CaseDesk } from './case-desk';

/** A panel will hear the case. */
export class AcceptCase extends Command<Executed> {
  constructor(
    readonly caseId: string,
    readonly command: CaseCommandOf<'AcceptCase'>,
    readonly envelope: CommandEnvelope,
    readonly expected?: number,
  ) {
    super();
  }
}

@CommandHandler(AcceptCase)
export class AcceptCaseHandler implements ICommandHandler<AcceptCase> {
  constructor(private readonly desk: CaseDesk) {}

  execute({ caseId, command, envelope, expected }: AcceptCase): Promise<Executed> {
    return this.desk.onCase(caseId, command, envelope, expected);
  }
}
