/** Looks for what must not be readable in the bytes of the log. */
import type { EventType } from '@app/kernel';
import type { StoredRecord } from '../../libs/event-store/src/event-store';

/**
 * What of an event's sealed facts and words can be read in its stored record, as it lies there and inside whatever in it
 * is base64. Answers the fragments that were found; none is right.
 */
export function plaintextIn(record: StoredRecord, type: EventType, plain: object): string[] {
  const { child, words } = plain as { child?: Record<string, unknown>; words?: Record<string, unknown> };
  const { sealed, ...clear } = record.data as Record<string, unknown>;
  const inClear = JSON.stringify([clear, record.metadata]);
  const decoded = base64In([record.data, record.metadata]).map((text) =>
    Buffer.from(text, 'base64').toString('latin1'),
  );
  const everywhere = [JSON.stringify(record), ...decoded].join('\n');

  const found: string[] = [];
  for (const [name, value] of Object.entries(child ?? {})) {
    // A name that both groups have stands in the clear part for the clear one.
    if (!Object.hasOwn(type.clear, name) && inClear.includes(`"${name}":`)) found.push(name);
    if (decoded.some((text) => text.includes(`"${name}":`))) found.push(name);
    const fragment = `"${name}":${JSON.stringify(value)}`;
    if (!Object.hasOwn(type.clear, name) && everywhere.includes(fragment)) found.push(fragment);
  }
  for (const [name, text] of Object.entries(words ?? {})) {
    // Shorter texts occur by chance in ids and digests.
    if (typeof text === 'string' && text.length > 5 && everywhere.includes(text)) found.push(`words.${name}`);
  }
  if (child && !Array.isArray(sealed)) found.push('not sealed');
  return found;
}

const base64In = (value: unknown): string[] =>
  typeof value === 'string'
    ? /^[A-Za-z0-9+/]{16,}={0,2}$/.test(value)
      ? [value]
      : []
    : value !== null && typeof value === 'object'
      ? Object.values(value).flatMap(base64In)
      : [];
