/** How pages and API send a command: one envelope, one answer, and the read models caught up before anybody looks. */
import type { Viewer } from '@app/access';
import type { CommandEnvelope, Executed, Position } from '@app/event-store';
import { newId } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { CommandBus, type ICommand } from '@nestjs/cqrs';
import type { Request } from 'express';
import { PLATFORM, type Platform } from '../../../composition/src/platform';
import { Recorded } from '../http/idempotency.interceptor';
import { plain } from '../http/plain';
import { knownRevision } from '../http/headers-in';
import { refused } from '../http/problem';
import { Day, Words } from '../http/fields';

/** Who sends what, under which id. */
export interface Call {
  readonly viewer: Viewer;
  /** Random, reserved with the request. */
  readonly commandId: string;
  /** The revision that the caller saw. */
  readonly expected?: number;
}

/** When it happened, where that is not now: part of every command's request. */
export class When {
  @Day({ optional: true, says: 'The day it happened; today unless told. An earlier day needs lateEntryReason.' })
  occurredOn?: string;

  @Words(1000, {
    optional: true,
    says: 'Why it is entered afterwards. With it, broken rules are recorded as breaches.',
  })
  lateEntryReason?: string;
}

/** What of a request is when, and what is said. */
export function parts<T extends When>(request: T): { when: When; said: Omit<T, keyof When> } {
  const { occurredOn, lateEntryReason, ...said } = plain(request);
  return { when: { ...(occurredOn ? { occurredOn } : {}), ...(lateEntryReason ? { lateEntryReason } : {}) }, said };
}

/** The call of a request of the API. */
export const callOf = (request: Request): Call => {
  const expected = knownRevision(request);
  return {
    viewer: request.viewer as Viewer,
    commandId: request.commandId ?? newId(),
    ...(expected === undefined ? {} : { expected }),
  };
};

/** How long a page waits for its own write to show. */
const WAIT_MS = 2_000;

@Injectable()
export class Commands {
  constructor(
    private readonly bus: CommandBus,
    @Inject(PLATFORM) private readonly platform: Platform,
  ) {}

  envelope({ viewer, commandId }: Call, { occurredOn, lateEntryReason }: When = {}): CommandEnvelope {
    return {
      commandId,
      correlationId: commandId,
      causationId: commandId,
      tenant: this.platform.tenant,
      actor: { ref: viewer.ref, role: viewer.role },
      occurredOn: occurredOn ?? this.platform.clock.today(),
      provenance: lateEntryReason === undefined ? 'live' : 'lateEntry',
      ...(lateEntryReason === undefined ? {} : { lateEntryReason }),
    };
  }

  /** Throws Problem 422 with every reason when it is refused. */
  async send(command: ICommand): Promise<Exclude<Executed, { kind: 'refused' }>> {
    const began = performance.now();
    let outcome: Executed['kind'] | 'failed' = 'failed';
    try {
      const executed = await this.bus.execute<ICommand, Executed>(command);
      outcome = executed.kind;
      if (executed.kind === 'refused') throw refused(executed.reasons);
      return executed;
    } finally {
      this.platform.metrics.command(command.constructor.name, outcome, (performance.now() - began) / 1000);
    }
  }

  /** The answer, once the read models show it (or after two seconds: it is recorded all the same). */
  async answer(
    executed: Exclude<Executed, { kind: 'refused' }>,
    ids: object,
    status: 200 | 201 = 200,
  ): Promise<Recorded> {
    if (executed.kind === 'nothing') {
      return new Recorded(200, { ...ids, recorded: false, revision: numbered(executed.revision) });
    }
    const { firstRevision, lastRevision, events } = executed;
    await this.shown(executed.position);
    return new Recorded(
      status,
      {
        ...ids,
        recorded: true,
        revision: lastRevision,
        events: events.map(({ id, type, revision }) => ({ id, type, revision })),
      },
      { stream: events[0]?.stream ?? '', firstRevision, lastRevision },
    );
  }

  /** False when the read models have not caught up in time. */
  shown(position: Position): Promise<boolean> {
    return this.platform.runner.waitFor(position, { timeoutMs: WAIT_MS });
  }
}

const numbered = (revision: number | 'no_stream'): number | null => (revision === 'no_stream' ? null : revision);
