/** What the command handlers of exclusions work with, and how they carry out a step on one exclusion. */
import { Directory } from '@app/directory';
import { CLOCK, type CommandEnvelope, execute, type Executed, Journal } from '@app/event-store';
import type { Clock } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { exclusionCodec, exclusionStream } from '../domain/events';
import { type ExclusionCommand, exclusionDecider } from '../domain/exclusion';

@Injectable()
export class ExclusionDesk {
  constructor(
    private readonly journal: Journal,
    private readonly directory: Directory,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Carries out a step on an exclusion. `expected` is the revision that the caller saw. */
  async onExclusion(
    exclusionId: string,
    command: ExclusionCommand,
    envelope: CommandEnvelope,
    expected?: number,
  ): Promise<Executed> {
    const urn = 'homeUrn' in command ? command.homeUrn : undefined;
    const known = urn !== undefined && (await this.directory.school(urn)) !== undefined;
    return execute(this.journal, {
      codec: exclusionCodec,
      decider: exclusionDecider,
      stream: exclusionStream(exclusionId),
      command,
      context: {
        provenance: envelope.provenance,
        on: envelope.occurredOn,
        today: this.clock.today(),
        schoolKnown: (asked: string) => known && asked === urn,
      },
      envelope,
      ...(expected === undefined ? {} : { expected }),
    });
  }
}
