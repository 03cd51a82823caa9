import { type CommandEnvelope, type Executed, recordedUnder, RevisionStale } from '@app/event-store';
import { fold, Refused } from '@app/kernel';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { caseDecider } from '../domain/case';
import type { CaseCommandOf } from '../domain/case-state';
import { caseCodec, type CaseEvent, caseStream } from '../domain/events';
import { CaseDesk, stepOf } from './case-desk';

/** The case is before a panel again: the child's place is reserved again first. */
export class ReopenCase extends Command<Executed> {
  constructor(
    readonly caseId: string,
    readonly command: CaseCommandOf<'ReopenCase'>,
    readonly envelope: CommandEnvelope,
    readonly expected?: number,
  ) {
    super();
  }
}

/** A crash between the two streams is finished by sending the command again. */
export async function reopenCase(
  desk: CaseDesk,
  { caseId, command, envelope, expected }: Omit<ReopenCase, keyof Command<Executed>>,
): Promise<Executed> {
  const { events, revision } = await desk.journal.load(caseCodec, caseStream(caseId));
  const earlier = recordedUnder(envelope.commandId, events);
  if (earlier) return earlier;
  // Before anything is reserved.
  if (expected !== undefined && expected !== revision) throw new RevisionStale(caseStream(caseId), expected, revision);
  const state = fold(caseDecider, events as readonly unknown[] as readonly CaseEvent[]);
  const decided = caseDecider.decide(command, state, await desk.contextOf(caseId, command, envelope));
  if (decided instanceof Refused) return { kind: 'refused', reasons: decided.reasons };
  if (state.status === 'closed') {
    const { pupilRef, terms } = state;
    const opened = await desk.onPupil(
      pupilRef,
      { type: 'OpenPupilCase', pupilRef, caseId, caseType: terms.caseType },
      stepOf(envelope, 'open'),
    );
    if (opened.kind === 'refused') return opened;
  }
  return desk.onCase(caseId, command, envelope, expected);
}

@CommandHandler(ReopenCase)
export class ReopenCaseHandler implements ICommandHandler<ReopenCase> {
  constructor(private readonly desk: CaseDesk) {}

  execute(command: ReopenCase): Promise<Executed> {
    return reopenCase(this.desk, command);
  }
}
