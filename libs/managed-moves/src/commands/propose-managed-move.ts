import type { CommandEnvelope, Executed } from '@app/event-store';
import { FORGOTTEN } from '@app/kernel';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { MoveCommandOf } from '../domain/move-state';
import { MoveDesk, proposalFactsOf } from './move-desk';

/** What a proposal says itself; the child and the child's facts come from the case, unless they are given. */
export type Proposal = Omit<MoveCommandOf<'ProposeManagedMove'>, 'pupilRef' | 'facts'> & {
  readonly facts?: MoveCommandOf<'ProposeManagedMove'>['facts'];
};

/** A move to another school is proposed. */
export class ProposeManagedMove extends Command<Executed> {
  constructor(
    /** Random, made when the request was reserved. */
    readonly moveId: string,
    readonly command: Proposal,
    readonly envelope: CommandEnvelope,
  ) {
    super();
  }
}

@CommandHandler(ProposeManagedMove)
export class ProposeManagedMoveHandler implements ICommandHandler<ProposeManagedMove> {
  constructor(private readonly desk: MoveDesk) {}

  async execute({ moveId, command, envelope }: ProposeManagedMove): Promise<Executed> {
    const state = await this.desk.caseState(command.caseId);
    if (state.status === 'none' || state.status === 'abandoned') {
      return refused('case-unknown', 'There is no such case: a move belongs to a case.');
    }
    if (state.facts === FORGOTTEN) {
      return refused('pupil-forgotten', 'This child was forgotten: no move can be proposed.');
    }
    const { pupilRef } = state;
    const facts = { ...proposalFactsOf(state.facts), ...command.facts };
    return this.desk.onMove(moveId, { ...command, pupilRef, facts }, envelope);
  }
}

const refused = (code: string, sentence: string): Executed => ({
  kind: 'refused',
  reasons: [{ code, sentence, field: 'caseId' }],
});
