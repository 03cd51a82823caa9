/** Load, decide, append at the revision that was read: what every command handler does (architecture.md 2). */
import { type Codec, type Decider, type DomainEvent, fold, type Occasion, type Refusal, Refused } from '@app/kernel';
import type { CommandEnvelope } from './envelope';
import { type ExpectedRevision, type Position, StoreUnavailable } from './event-store';
import { type Journal, MalformedEvent, type RecordedEvent, type AppendedEvent } from './journal';

export type Executed<E extends DomainEvent = DomainEvent> =
  | {
      readonly kind: 'recorded';
      readonly events: readonly AppendedEvent<E>[];
      readonly firstRevision: number;
      readonly lastRevision: number;
      /** Of the last event: what a page waits for. */
      readonly position: Position;
    }
  | { readonly kind: 'nothing'; readonly revision: ExpectedRevision }
  | { readonly kind: 'refused'; readonly reasons: readonly Refusal[] };

/** The stream has moved on since the caller looked (If-Match): show it again. */
export class RevisionStale extends Error {
  override readonly name = 'RevisionStale';
  constructor(
    readonly stream: string,
    readonly expected: ExpectedRevision,
    readonly actual: ExpectedRevision,
  ) {
    super(`${stream} is at revision ${actual}, not at ${expected}. Read it again and decide on what it says now.`);
  }
}

/** It is not known whether the command was recorded. Sending it again with the same command id is safe, and settles it. */
export class OutcomeUnknown extends StoreUnavailable {}

/** Conflicts after which a command gives up: others write to its stream faster than it can decide. */
const ATTEMPTS = 50;

/**
 * Carries out a command on one stream. Retries on a revision conflict only, deciding anew each time. Meets its own
 * command id in the stream: answers what was recorded then, and decides nothing. `expected` is the revision that the
 * caller saw; when the stream is elsewhere, throws RevisionStale{actual}.
 *
 * Keys: this never makes one. Only the handler that opens a child's first case does, before it calls this, by
 * `keyForFirstCase` of the vault, and only where the child's pupil stream is empty; anything else about a child without a
 * key throws KeyMissing.
 * Throws also OutcomeUnknown and StoreUnavailable (try again, same command id) and MalformedEvent (a fault of the caller).
 */
export async function execute<State, Command, E extends DomainEvent, Context extends Occasion>(
  journal: Journal,
  request: {
    readonly codec: Codec<E>;
    readonly decider: Decider<State, Command, E, Context>;
    readonly stream: string;
    readonly command: Command;
    readonly context: Context;
    readonly envelope: CommandEnvelope;
    readonly expected?: ExpectedRevision;
  },
): Promise<Executed<E>> {
  const { codec, decider, stream, command, context, envelope, expected } = request;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const { events: history, revision } = await journal.load(codec, stream);
    const earlier = recordedUnder(envelope.commandId, history);
    if (earlier) return earlier;
    if (expected !== undefined && expected !== revision) throw new RevisionStale(stream, expected, revision);

    const decided = decider.decide(command, fold(decider, history as readonly unknown[] as readonly E[]), context);
    if (decided instanceof Refused) return { kind: 'refused', reasons: decided.reasons };
    if (decided.length === 0) return { kind: 'nothing', revision };

    const appended = await journal.append(codec, stream, revision, decided, envelope);
    switch (appended.outcome) {
      case 'appended': {
        const { events, firstRevision, lastRevision, position } = appended;
        return { kind: 'recorded', events, firstRevision, lastRevision, position };
      }
      case 'rejected':
        throw new MalformedEvent(`${stream}: the store refused the events: ${appended.reason}`);
      case 'unknown':
        throw new OutcomeUnknown(`${stream}: whether it was recorded is not known: ${appended.reason}`);
      case 'conflict':
    }
  }
  throw new StoreUnavailable(`${stream} was written to by others ${ATTEMPTS} times in a row. Send the command again.`);
}

/** What a command has recorded in a history, or nothing. */
export function recordedUnder<E extends DomainEvent>(
  commandId: string,
  history: readonly RecordedEvent<E>[],
): Extract<Executed<E>, { kind: 'recorded' }> | undefined {
  const events = history.filter((event) => event.metadata.commandId === commandId);
  const [first, last] = [events[0], events.at(-1)];
  return (
    first &&
    last && {
      kind: 'recorded',
      events,
      firstRevision: first.revision,
      lastRevision: last.revision,
      position: last.position,
    }
  );
}
