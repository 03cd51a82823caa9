/** One reason why a step cannot be taken: a stable code, a sentence that a chair can read, and the field it is about. */
export interface Refusal {
  readonly code: string;
  readonly sentence: string;
  readonly field?: string;
}

/** Every reason at once, so that a page can list them all. */
export class Refused {
  constructor(readonly reasons: readonly Refusal[]) {}
}

export const refusal = (code: string, sentence: string, field?: string): Refusal =>
  field === undefined ? { code, sentence } : { code, sentence, field };

/** What every domain event looks like to a rule: a stored name and plain data. */
export interface DomainEvent {
  readonly type: string;
  readonly data: object;
}

/**
 * How a step reaches Evenhand (event-format.md 4). `live` is asked and may be refused; `lateEntry` and `register` are
 * records of what already happened, so a broken rule becomes a breach and an absent fact becomes "not recorded".
 */
export type Provenance = 'live' | 'lateEntry' | 'register';

/** What every decision may rely on besides its own stream. Dates are Europe/London calendar dates, yyyy-mm-dd. */
export interface Occasion {
  readonly provenance: Provenance;
  /** The day it happened. */
  readonly on: string;
  /** Today, from the application's clock. */
  readonly today: string;
}

/** Three pure things: no clock, no ids, no I/O. An empty list of events is a quiet "nothing to do" (asking twice). */
export interface Decider<State, Command, Event extends DomainEvent, Context extends Occasion = Occasion> {
  readonly initial: State;
  evolve(state: State, event: Event): State;
  decide(command: Command, state: State, context: Context): readonly Event[] | Refused;
}

/** A rule: why this command may not be carried out now, or nothing. */
export type Rule<Command, State, Context = Occasion> = (
  command: Command,
  state: State,
  context: Context,
) => Refusal | undefined;

/** The reasons of all rules that a command breaks, in the order of the rules. */
export function brokenRules<Command, State, Context>(
  rules: readonly Rule<Command, State, Context>[],
  command: Command,
  state: State,
  context: Context,
): Refusal[] {
  return rules.flatMap((rule) => rule(command, state, context) ?? []);
}

/** Folds a history; where it starts from a state already folded, pass that state. */
export function fold<State, Event extends DomainEvent>(
  decider: { initial: State; evolve(state: State, event: Event): State },
  events: Iterable<Event>,
  from: State = decider.initial,
): State {
  let state = from;
  for (const event of events) state = decider.evolve(state, event);
  return state;
}
