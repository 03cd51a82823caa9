import type { CommandEnvelope, Executed } from '@app/event-store';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CaseCommandOf } from '../domain/case-state';
import { CaseDesk } from './case-desk';

/** The referral as it should have been; decisions keep the facts that they relied on. */
export class CorrectCase extends Command<Executed> {
  constructor(
    readonly caseId: string,
    readonly command: CaseCommandOf<'CorrectCase'>,
    readonly envelope: CommandEnvelope,
    readonly expected?: number,
  ) {
    super();
  }
}

@CommandHandler(CorrectCase)
export class CorrectCaseHandler implements ICommandHandler<CorrectCase> {
  constructor(private readonly desk: CaseDesk) {}

  execute({ caseId, command, envelope, expected }: CorrectCase): Promise<Executed> {
    return this.desk.onCase(caseId, command, envelope, expected);
  }
}
