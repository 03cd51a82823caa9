/** What holds of every step: a record cannot lie ahead, and what is asked of Evenhand happens today. */
import type { Occasion } from './decider';
import { type Finding, impossible, whenAsked } from './findings';

export function happensWhenSaid(
  _command: unknown,
  _state: unknown,
  { on, today }: Occasion,
): Finding<never, never> | undefined {
  if (on > today) return impossible('not-yet-happened', `${on} has not come yet. Record it on the day.`, 'occurredOn');
  if (on < today)
    return whenAsked(
      'enter-it-late',
      `${on} is past. Enter it as a late entry, with the reason why it is late.`,
      'occurredOn',
    );
  return undefined;
}
