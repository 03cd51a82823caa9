import { isId } from '@app/kernel';
import type { ExpectedRevision, JsonObject, StoredEvent } from './event-store';
import { MAX_APPEND_BYTES } from './event-store';

/** An event as it goes over the wire: JSON is made once, here, so that a store never meets what JSON cannot carry. */
export interface WrittenEvent {
  readonly id: string;
  readonly type: string;
  readonly data: string;
  readonly metadata: string;
}

/** What both stores refuse alike, before either is asked (reliability-and-privacy.md 2, rows 14 and 15). */
export class AppendRefused extends Error {
  override readonly name = 'AppendRefused';
}

/** The category ends at the first dash, so none is allowed inside it (event-format.md 3). */
const STREAM = /^[a-zA-Z][a-zA-Z0-9]*-[a-zA-Z0-9-]{1,200}$/;
const TYPE = /^[a-zA-Z][a-zA-Z0-9]{0,199}$/;
/** Stores keep a revision in 32 bits. */
const HIGHEST_REVISION = 2 ** 31 - 1;
const DEEPEST = 64;
const LONE_SURROGATE = /\p{Surrogate}/u;

/** The events as JSON text. Throws AppendRefused, whose message says which value no store takes and what would be. */
export function writtenEvents(
  stream: string,
  expected: ExpectedRevision,
  events: readonly StoredEvent[],
): readonly WrittenEvent[] {
  if (!STREAM.test(stream))
    refuse(`Stream "${stream}" is not "type-id" in letters, digits and dashes: name it like "case-{id}".`);
  if (expected !== 'no_stream' && !(Number.isInteger(expected) && expected >= 0 && expected < HIGHEST_REVISION)) {
    refuse(`Expected revision ${String(expected)} is neither "no_stream" nor a whole number from 0.`);
  }
  if (events.length === 0) refuse('The append has no events: send at least one.');
  const ids = new Set<string>();
  let bytes = 0;
  const written = events.map((event) => {
    if (!isId(event.id)) refuse(`Event id "${String(event.id)}" is not a lower-case UUID.`);
    if (ids.has(event.id)) refuse(`Event id "${event.id}" is twice in one append: each event needs its own.`);
    ids.add(event.id);
    if (typeof event.type !== 'string' || !TYPE.test(event.type)) {
      refuse(`Event type "${String(event.type)}" is not a name in letters and digits.`);
    }
    const data = jsonOf(event.data, 'data');
    const metadata = jsonOf(event.metadata, 'metadata');
    bytes += Buffer.byteLength(data) + Buffer.byteLength(metadata);
    return { id: event.id, type: event.type, data, metadata };
  });
  if (bytes > MAX_APPEND_BYTES) {
    refuse(
      `The append carries ${bytes} bytes of data and metadata, over ${MAX_APPEND_BYTES}: keep documents outside the log.`,
    );
  }
  return written;
}

function jsonOf(value: JsonObject, path: string): string {
  if (!isPlainObject(value)) refuse(`${path} is no plain JSON object.`);
  check(value, path);
  return JSON.stringify(value);
}

/** JSON.stringify drops `undefined`, turns NaN into null and a Map into {}: all three would be silent losses. */
function check(value: unknown, path: string, depth = 0): void {
  if (depth > DEEPEST) refuse(`${path} lies more than ${DEEPEST} levels deep, or contains itself.`);
  switch (typeof value) {
    case 'boolean':
      return;
    case 'string':
      if (LONE_SURROGATE.test(value))
        refuse(`${path} holds half a character (a lone surrogate), which UTF-8 cannot carry.`);
      return;
    case 'number':
      if (!Number.isFinite(value)) refuse(`${path} is ${value}, which JSON cannot carry: leave the field out.`);
      return;
    case 'object':
      if (value === null) return;
      if (Array.isArray(value)) {
        for (let index = 0; index < value.length; index++) check(value[index], `${path}[${index}]`, depth + 1);
        return;
      }
      if (isPlainObject(value)) {
        for (const key of Object.keys(value))
          check((value as Record<string, unknown>)[key], `${path}.${key}`, depth + 1);
        return;
      }
      return refuse(
        `${path} is a ${value.constructor?.name ?? 'special object'}, which is no plain JSON: write it as text or numbers.`,
      );
    default:
      return refuse(`${path} is of type ${typeof value}, which JSON cannot carry.`);
  }
}

function isPlainObject(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function refuse(message: string): never {
  throw new AppendRefused(message);
}
