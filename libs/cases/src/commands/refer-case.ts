import { type CommandEnvelope, type Executed, recordedUnder } from '@app/event-store';
import { fold, Refused } from '@app/kernel';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { caseDecider } from '../domain/case';
import type { CaseCommandOf } from '../domain/case-state';
import { caseCodec, type CaseEvent, caseStream } from '../domain/events';
import { CaseDesk, stepOf } from './case-desk';

/** A school refers a child: the place in the child's stream first, then the case (event-format.md 3). */
export class ReferCase extends Command<Executed> {
  constructor(
    /** Random, made when the request was reserved. */
    readonly caseId: string,
    readonly command: CaseCommandOf<'ReferCase'>,
    readonly envelope: CommandEnvelope,
  ) {
    super();
  }
}

/**
 * Refers a child. A crash between the two streams is finished by sending the same command again; a referral that is
 * refused reserves nothing. The ids of the two appends are derived from the command's: 'open' and 'refer'.
 */
export async function referCase(
  desk: CaseDesk,
  { caseId, command, envelope }: Pick<ReferCase, 'caseId' | 'command' | 'envelope'>,
): Promise<Executed> {
  const refer = stepOf(envelope, 'refer');
  const { events } = await desk.journal.load(caseCodec, caseStream(caseId));
  const earlier = recordedUnder(refer.commandId, events);
  if (earlier) return earlier;
  const state = fold(caseDecider, events as readonly unknown[] as readonly CaseEvent[]);
  if (state.status === 'none') {
    const context = await desk.contextOf(caseId, command, refer);
    const decided = caseDecider.decide(command, state, context);
    if (decided instanceof Refused) return { kind: 'refused', reasons: decided.reasons };
    const { pupilRef, caseType } = command;
    const open = { type: 'OpenPupilCase', pupilRef, caseId, caseType } as const;
    // Before a key is made, and before a destroyed one is asked for.
    const refused = await desk.refusalOnPupil(pupilRef, open, envelope);
    if (refused) return { kind: 'refused', reasons: refused.reasons };
    await desk.keyFor(pupilRef);
    const opened = await desk.onPupil(pupilRef, open, stepOf(envelope, 'open'));
    if (opened.kind === 'refused') return opened;
  }
  return desk.onCase(caseId, command, refer);
}

@CommandHandler(ReferCase)
export class ReferCaseHandler implements ICommandHandler<ReferCase> {
  constructor(private readonly desk: CaseDesk) {}

  execute(command: ReferCase): Promise<Executed> {
    return referCase(this.desk, command);
  }
}
