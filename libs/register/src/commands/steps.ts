/**
 * Ordered steps over several streams, decided in memory before the first append, so that a row is whole or not at all
 * (register.md). Carried out again, they find their own command ids and add nothing.
 */
import {
  type CommandEnvelope,
  execute,
  type Journal,
  MalformedEvent,
  OutcomeUnknown,
  type RecordedEvent,
} from '@app/event-store';
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
  /** Other rows write the same to this stream: whoever comes first does. */
  readonly shared: boolean;
  readonly place: Place<unknown, unknown, DomainEvent, Occasion>;
  /** Nothing when this step is not needed after all. */
  prepare(look: Look): Promise<{ readonly command: unknown; readonly context: Occasion } | undefined>;
}

/** Makes steps at a place, with the types of its commands checked where they are written. */
export const stepsAt =
  <State, Command, Event extends DomainEvent, Context extends Occasion>(
    place: Place<State, Command, Event, Context>,
    shared = false,
  ) =>
  (
    name: string,
    on: string,
    prepare: (look: Look) => Promise<{ readonly command: Command; readonly context: Context } | undefined>,
  ): Step => ({ name, on, shared, place: place as never, prepare: prepare as never });

/** Streams that many rows write to, read once and remembered while the import runs. */
export class SharedStreams {
  private readonly known = new Map<string, Stream<unknown>>();
  private readonly working = new Map<string, Promise<void>>();

  get(stream: string): Stream<unknown> | undefined {
    return this.known.get(stream);
  }

  /** Remembers a stream that has something in it: nothing that an import decides on is ever taken out of it. */
  remember(stream: string, loaded: Stream<unknown>): void {
    if (loaded.revision >= 0) this.known.set(stream, loaded);
  }

  /** Lets one row at a time write to a stream; those that waited find it remembered. */
  async once(stream: string, work: () => Promise<void>): Promise<void> {
    const before = this.working.get(stream) ?? Promise.resolve();
    const mine = before.catch(() => undefined).then(() => (this.known.has(stream) ? undefined : work()));
    this.working.set(stream, mine);
    await mine;
  }
}

interface PlannedStep {
  readonly step: Step;
  readonly command: unknown;
  readonly context: Occasion;
  readonly events: readonly DomainEvent[];
  readonly expected: number | 'no_stream';
}

export interface Plan {
  /** The streams that the log has nothing of yet. */
  readonly newStreams: ReadonlySet<string>;
  readonly steps: readonly PlannedStep[];
}

interface Surroundings {
  readonly journal: Journal;
  readonly rowId: string;
  readonly shared: SharedStreams;
  /** Streams of random ids that nobody can have written to: they need not be read. */
  readonly untouched: ReadonlySet<string>;
}

/** Decides all steps in memory, on top of what the log says. Answers every reason of the first step that is refused. */
export async function plan(
  steps: readonly Step[],
  { journal, rowId, shared, untouched }: Surroundings,
): Promise<Plan | readonly Refusal[]> {
  const streams = new Map<string, Stream<unknown>>();
  const newStreams = new Set<string>();
  const look = async (place: Step['place']): Promise<Stream<unknown>> => {
    const known = streams.get(place.stream) ?? shared.get(place.stream);
    if (known) return known;
    const loaded = untouched.has(place.stream) ? emptyAt(place) : await load(journal, place);
    streams.set(place.stream, loaded);
    if (loaded.revision < 0) newStreams.add(place.stream);
    return loaded;
  };
  const planned: PlannedStep[] = [];
  for (const one of steps) {
    const { place } = one;
    const stream = await look(place);
    if (stream.history.some((event) => event.metadata.commandId === commandIdOf(rowId, one))) continue;
    const prepared = await one.prepare(look as Look);
    if (!prepared) continue;
    const decided = place.decider.decide(prepared.command, stream.state, prepared.context);
    if (decided instanceof Refused) return decided.reasons;
    if (decided.length === 0) continue;
    streams.set(place.stream, {
      ...stream,
      state: decided.reduce<unknown>((state, event) => place.decider.evolve(state, event), stream.state),
      revision: stream.revision + decided.length,
    });
    const expected = stream.revision < 0 ? 'no_stream' : stream.revision;
    planned.push({ step: one, ...prepared, events: decided, expected });
  }
  return { newStreams, steps: planned };
}

const emptyAt = ({ decider }: Step['place']): Stream<unknown> => ({
  state: decider.initial,
  revision: -1,
  history: [],
});

async function load(journal: Journal, place: Step['place']): Promise<Stream<unknown>> {
  const { events } = await journal.load(place.codec, place.stream);
  return {
    state: events.reduce<unknown>((state, event) => place.decider.evolve(state, event), place.decider.initial),
    revision: events.length - 1,
    history: events,
  };
}

const commandIdOf = (rowId: string, { name }: Step): string => derivedId(rowId, name);

/**
 * Appends what was planned, step by step. Throws RowOvertaken (decide the row again) and StoreUnavailable (carry it out
 * again): what was appended before is found again by its command id.
 */
export async function carryOut(
  { steps }: Plan,
  parts: Omit<Surroundings, 'untouched'> & {
    readonly envelope: Omit<CommandEnvelope, 'commandId' | 'correlationId' | 'causationId' | 'occurredOn'>;
  },
): Promise<void> {
  const { journal, rowId, shared } = parts;
  for (const { step, command, context, events, expected } of steps) {
    const { place } = step;
    const commandId = commandIdOf(rowId, step);
    const envelope = {
      ...parts.envelope,
      commandId,
      correlationId: rowId,
      causationId: commandId,
      occurredOn: step.on,
    };
    if (step.shared) {
      await shared.once(place.stream, async () => {
        await execute(journal, { ...place, command, context, envelope });
        shared.remember(place.stream, await load(journal, place));
      });
      continue;
    }
    const appended = await journal.append(place.codec, place.stream, expected, events, envelope);
    if (appended.outcome === 'conflict') throw new RowOvertaken(`${step.name}: the stream is at ${appended.actual}.`);
    if (appended.outcome === 'unknown')
      throw new OutcomeUnknown(`${step.name}: whether it was recorded is not known: ${appended.reason}`);
    if (appended.outcome === 'rejected')
      throw new MalformedEvent(`${step.name}: the store refused the events: ${appended.reason}`);
  }
}

/** Somebody else wrote to the case between deciding and appending: decide the row again. */
export class RowOvertaken extends Error {
  override readonly name = 'RowOvertaken';
}
