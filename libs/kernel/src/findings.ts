/**
 * What a rule finds, and what becomes of it (event-format.md 4): a step that is asked is refused, with every reason; a
 * record of what already happened keeps the broken rules as `breaches` and what its source does not say as
 * `notRecorded`. What cannot have happened is refused in every mode.
 */
import { type Provenance, type Refusal, refusal, Refused } from './decider';

export type Finding<Breach extends string = string, Absent extends string = string> =
  | { readonly kind: 'breach'; readonly code: Breach; readonly refusal: Refusal }
  | { readonly kind: 'absent'; readonly code: Absent; readonly refusal: Refusal }
  | { readonly kind: 'asked'; readonly refusal: Refusal }
  | { readonly kind: 'impossible'; readonly refusal: Refusal };

/** A rule that the facts break: refused when asked, a breach of the same code when recorded. */
export const breach = <B extends string>(code: B, sentence: string, field?: string): Finding<B, never> => ({
  kind: 'breach',
  code,
  refusal: refusal(code, sentence, field),
});

/** Something that a step needs and that nobody said: refused when asked, `notRecorded` under `name` when recorded. */
export const absent = <A extends string>(
  name: A,
  code: string,
  sentence: string,
  field?: string,
): Finding<never, A> => ({ kind: 'absent', code: name, refusal: refusal(code, sentence, field) });

/** A reason to refuse what is asked which says nothing about a record: the order of recording is not that of happening. */
export const whenAsked = (code: string, sentence: string, field?: string): Finding<never, never> => ({
  kind: 'asked',
  refusal: refusal(code, sentence, field),
});

/** It cannot have happened: refused in every mode. */
export const impossible = (code: string, sentence: string, field?: string): Finding<never, never> => ({
  kind: 'impossible',
  refusal: refusal(code, sentence, field),
});

/** The two lists of an event, absent when empty, in the order of the rules and each code once. */
export interface Marks<Breach extends string = string, Absent extends string = string> {
  readonly breaches?: readonly Breach[];
  readonly notRecorded?: readonly Absent[];
}

/** A rule that may find several things at once. */
export type FindingRule<Command, State, Context, Breach extends string = string, Absent extends string = string> = (
  command: Command,
  state: State,
  context: Context,
) => Finding<Breach, Absent> | readonly Finding<Breach, Absent>[] | undefined;

/** Puts a command before its rules. Refused when it is asked and breaks any, or when it is impossible; else its marks. */
export function judge<
  Command,
  State,
  Context extends { readonly provenance: Provenance },
  B extends string,
  A extends string,
>(
  rules: readonly FindingRule<Command, State, Context, B, A>[],
  command: Command,
  state: State,
  context: Context,
): Refused | Marks<B, A> {
  const found = rules.flatMap((rule) => rule(command, state, context) ?? []) as Finding<B, A>[];
  const refusing = context.provenance === 'live' ? found : found.filter((finding) => finding.kind === 'impossible');
  if (refusing.length > 0) return new Refused(refusing.map((finding) => finding.refusal));
  const breaches = new Set(found.flatMap((finding) => (finding.kind === 'breach' ? finding.code : [])));
  const notRecorded = new Set(found.flatMap((finding) => (finding.kind === 'absent' ? finding.code : [])));
  return {
    ...(breaches.size > 0 ? { breaches: [...breaches] } : {}),
    ...(notRecorded.size > 0 ? { notRecorded: [...notRecorded] } : {}),
  };
}
