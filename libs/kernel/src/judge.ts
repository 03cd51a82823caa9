/**
 * Asking and recording are different (event-format.md 4): one set of rules judges both. What a live command is refused
 * for becomes, when it is recorded afterwards, a breach, something the source does not say, or (where it is impossible)
 * a refusal all the same.
 */
import { type Occasion, type Refusal, type Rule } from './decider';

/** A broken rule. Without `whenRecorded` it refuses in every mode: the thing is impossible. */
export interface Broken<Breach extends string = string, NotRecorded extends string = string> extends Refusal {
  readonly whenRecorded?: { readonly breach: Breach } | { readonly notRecorded: NotRecorded } | 'passes';
}

/** The two lists of an event; absent when empty. */
export interface Marks<Breach extends string, NotRecorded extends string> {
  readonly breaches?: readonly Breach[];
  readonly notRecorded?: readonly NotRecorded[];
}

/** The reasons to refuse, in the order of the rules, and what a record is marked with when there are none. */
export function judge<Command, State, Context extends Occasion, B extends string, N extends string>(
  rules: readonly ((command: Command, state: State, context: Context) => Broken<B, N> | undefined)[],
  command: Command,
  state: State,
  context: Context,
): { readonly refused: readonly Refusal[]; readonly marks: Marks<B, N> } {
  const refused: Refusal[] = [];
  const breaches: B[] = [];
  const notRecorded: N[] = [];
  for (const rule of rules) {
    const broken = rule(command, state, context);
    if (!broken) continue;
    const { whenRecorded, ...reason } = broken;
    if (context.provenance === 'live' || whenRecorded === undefined) refused.push(reason);
    else if (whenRecorded === 'passes') continue;
    else if ('breach' in whenRecorded) breaches.push(whenRecorded.breach);
    else notRecorded.push(whenRecorded.notRecorded);
  }
  return { refused, marks: marksOf(breaches, notRecorded) };
}

/** Each code once, lists absent when empty. */
export const marksOf = <B extends string, N extends string>(
  breaches: readonly B[],
  notRecorded: readonly N[],
): Marks<B, N> => ({
  ...(breaches.length > 0 ? { breaches: [...new Set(breaches)] } : {}),
  ...(notRecorded.length > 0 ? { notRecorded: [...new Set(notRecorded)] } : {}),
});

/** What is recorded cannot lie ahead, and what is asked of Evenhand happens today. */
export const happensWhenSaid: Rule<unknown, unknown, Occasion> = (_command, _state, { provenance, on, today }) => {
  if (on > today)
    return { code: 'not-yet-happened', sentence: `${on} has not come yet. Record it on the day.`, field: 'occurredOn' };
  if (provenance === 'live' && on < today)
    return {
      code: 'enter-it-late',
      sentence: `${on} is past. Enter it as a late entry, with the reason why it is late.`,
      field: 'occurredOn',
    };
  return undefined;
};
