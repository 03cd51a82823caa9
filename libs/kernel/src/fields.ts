/** What deciders do with the groups of an event: leave out what was not said, and read a child's group without its marks. */
import { FORGOTTEN, type Forgotten } from './event-schema';

/** Without the fields that are undefined: in an event an optional field is absent. */
export const present = <T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;

/** Words that say something. */
export const said = <T extends object>(words: T | undefined): T =>
  Object.fromEntries(
    Object.entries(words ?? {}).filter(([, text]) => typeof text === 'string' && text.trim() !== ''),
  ) as T;

/** A child's facts without the rules they broke and what was not recorded. */
export function unmarked<T extends { breaches?: unknown; notRecorded?: unknown }>(child: T | Forgotten) {
  if (child === FORGOTTEN) return FORGOTTEN;
  const { breaches: _, notRecorded: __, ...facts } = child;
  return facts;
}
