import type { CommandEnvelope, Executed } from '@app/event-store';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CaseCommandOf } from '../domain/case-state';
import { CaseDesk, stepOf } from './case-desk';

/** Nothing further is asked of the panel; then the child's place is released, so that the child can be referred again. */
export class CloseCase extends Command<Executed> {
  constructor(
    readonly caseId: string,
    readonly command: CaseCommandOf<'CloseCase'>,
    readonly envelope: CommandEnvelope,
    readonly expected?: number,
  ) {
    super();
  }
}

/** A crash between the two streams is finished by sending the command again, or by closing the case once more. */
export async function closeCase(
  desk: CaseDesk,
  { caseId, command, envelope, expected }: Omit<CloseCase, keyof Command<Executed>>,
): Promise<Executed> {
  const closed = await desk.onCase(caseId, command, envelope, expected);
  if (closed.kind === 'refused') return closed;
  const state = await desk.caseState(caseId);
  // Reopened meanwhile: the place is the reopened case's.
  if (state.status !== 'closed') return closed;
  const released = await desk.onPupil(
    state.pupilRef,
    { type: 'ReleasePupilCase', caseId, because: 'closed' },
    stepOf(envelope, 'release'),
  );
  return closed.kind === 'recorded' && released.kind === 'recorded'
    ? { ...closed, position: released.position }
    : closed;
}

@CommandHandler(CloseCase)
export class CloseCaseHandler implements ICommandHandler<CloseCase> {
  constructor(private readonly desk: CaseDesk) {}

  execute(command: CloseCase): Promise<Executed> {
    return closeCase(this.desk, command);
  }
}
