/**
 * Ordered steps over several streams, decided in memory before the first append, so that a row is whole or not at all
 * (register.md). Carried out again, they find their own command ids and add nothing.
 */
import { type CommandEnvelope, execute, type Journal, type RecordedEvent } from '@app/event-store';
import {
  type Codec,
  type Decider,
  derivedId,
  type DomainEvent,
  type Occasion,
  type Refusal,
  Refused,
} from '@app/kernel';

export interface Stream<State> {
  readonly state: State;
  /** Of the last event; -1 before the first. */
  readonly revision: number;
  readonly history: readonly RecordedEvent[];
}

/** What a stream says so far, steps that are decided but not yet appended included. */
export type Look = <State, Event extends DomainEvent>(
  place: Place<State, never, Event, never>,
) => Promise<Stream<State>>;

/** Where events of a kind live, and what decides about them. */
export interface Place<State, Command, Event extends DomainEvent, Context extends Occasion> {
  readonly stream: string;
  readonly codec: Codec<Event>;
  readonly decider: Decider<State, Command, Event, Context>;
}

export interface Step {
  /** Unique within the row: the command id is uuidv5 of the row's id and this. */
  readonly name: string;
  readonly on: string;
  readonly place: Place<unknown, unknown, DomainEvent, Occasion>;
  /** Nothing when this step is not needed after all. */
  prepare(look: Look): Promise<{ readonly command: unknown; readonly context: Occasion } | undefined>;
}

/** Makes steps at a place, with the types of its commands checked where they are written. */
export const stepsAt =
  <State, Command, Event extends DomainEvent, Context extends Occasion>(place: Place<State, Command, Event, Context>) =>
  (
    name: string,
    on: string,
    prepare: (look: Look) => Promise<{ readonly command: Command; readonly context: Context } | undefined>,
  ): Step => ({ name, on, place: place as never, prepare: prepare as never });

export interface Plan {
  /** The streams that the log has nothing of yet. */
  readonly newStreams: ReadonlySet<string>;
  readonly steps: readonly { readonly step: Step; readonly command: unknown; readonly context: Occasion }[];
}

/** Decides all steps in memory, on top of what the log says. Answers every reason of the first step that is refused. */
export async function plan(
  steps: readonly Step[],
  { journal, rowId }: { readonly journal: Journal; readonly rowId: string },
): Promise<Plan | readonly Refusal[]> {
  const streams = new Map<string, Stream<unknown>>();
  const newStreams = new Set<string>();
  const look = async (place: Step['place']): Promise<Stream<unknown>> => {
    const known = streams.get(place.stream);
    if (known) return known;
    const { events } = await journal.load(place.codec, place.stream);
    const state = events.reduce<unknown>((s, event) => place.decider.evolve(s, event), place.decider.initial);
    const loaded = { state, revision: events.length - 1, history: events };
    streams.set(place.stream, loaded);
    if (events.length === 0) newStreams.add(place.stream);
    return loaded;
  };
  const planned: { step: Step; command: unknown; context: Occasion }[] = [];
  for (const one of steps) {
    const { place } = one;
    const stream = await look(place);
    if (stream.history.some((event) => event.metadata.commandId === commandIdOf(rowId, one))) continue;
    const prepared = await one.prepare(look as Look);
    if (!prepared) continue;
    const decided = place.decider.decide(prepared.command, stream.state, prepared.context);
    if (decided instanceof Refused) return decided.reasons;
    streams.set(place.stream, {
      ...stream,
      state: decided.reduce<unknown>((state, event) => place.decider.evolve(state, event), stream.state),
      revision: stream.revision + decided.length,
    });
    planned.push({ step: one, ...prepared });
  }
  return { newStreams, steps: planned };
}

const commandIdOf = (rowId: string, { name }: Step): string => derivedId(rowId, name);

/** Appends what was planned, step by step. Throws StoreUnavailable and what else `execute` throws: carry out again. */
export async function carryOut(
  { steps }: Plan,
  parts: {
    readonly journal: Journal;
    readonly rowId: string;
    readonly envelope: Omit<CommandEnvelope, 'commandId' | 'correlationId' | 'causationId' | 'occurredOn'>;
  },
): Promise<void> {
  for (const { step, command, context } of steps) {
    const commandId = commandIdOf(parts.rowId, step);
    const done = await execute(parts.journal, {
      ...step.place,
      command,
      context,
      envelope: {
        ...parts.envelope,
        commandId,
        correlationId: parts.rowId,
        causationId: commandId,
        occurredOn: step.on,
      },
    });
    if (done.kind === 'refused')
      throw new RowOvertaken(`${step.name}: ${done.reasons.map((reason) => reason.sentence).join(' ')}`);
  }
}

/** Somebody else changed the case between deciding and appending: decide the row again. */
export class RowOvertaken extends Error {
  override readonly name = 'RowOvertaken';
}
