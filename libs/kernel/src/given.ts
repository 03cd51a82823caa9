import { deepStrictEqual, fail } from 'node:assert';
import { type Decider, type DomainEvent, fold, type Occasion, Refused } from './decider';

/**
 * given(events).when(command).then(events): the one shape of a decider's spec.
 * `then([])` asserts that nothing happened; `thenRefused(codes)` that every reason, and no other, was given.
 */
export function specification<State, Command, Event extends DomainEvent, Context extends Occasion>(
  decider: Decider<State, Command, Event, Context>,
  context: Context,
) {
  return {
    given: (events: readonly Event[]) => ({
      when: (command: Command, changed: Partial<Context> = {}) => {
        const decide = () => decider.decide(command, fold(decider, events), { ...context, ...changed });
        return {
          then(expected: readonly Event[]): void {
            const decided = decide();
            if (decided instanceof Refused)
              fail(`refused: ${decided.reasons.map((r) => `${r.code} (${r.sentence})`).join('; ')}`);
            deepStrictEqual(decided, expected);
          },
          thenRefused(...codes: readonly string[]): void {
            const decided = decide();
            if (!(decided instanceof Refused)) return fail(`not refused, but ${JSON.stringify(decided)}`);
            deepStrictEqual(
              decided.reasons.map((r) => r.code),
              codes,
            );
          },
        };
      },
    }),
  };
}
