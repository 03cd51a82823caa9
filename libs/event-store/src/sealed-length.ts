/**
 * How long a type's sealed plaintext is at least: as long as its widest usual facts, so that the length of a block tells
 * neither which code was chosen nor which fields are absent (event-format.md 1).
 */
import type { EventType, Kind } from '@app/kernel';

/** Items a list is taken to hold. Longer lists show only that they are longer, in steps of 256 bytes. */
const USUAL_ITEMS = 3;

const lengths = new WeakMap<EventType, number>();

/** In bytes of JSON, before padding to a multiple of 256. */
export function sealedLength(type: EventType): number {
  let length = lengths.get(type);
  if (length === undefined) lengths.set(type, (length = widestRecord(type.child ?? {})));
  return length;
}

function widestRecord(fields: Readonly<Record<string, Kind<unknown>>>): number {
  return Object.entries(fields).reduce(
    (sum, [name, kind]) => sum + JSON.stringify(name).length + 2 + widest(kind),
    '{}'.length,
  );
}

function widest({ kind, shape }: Kind<unknown>): number {
  switch (kind) {
    case 'id':
      return 38;
    case 'urn':
      return 8;
    case 'date':
    case 'version':
      return 12;
    case 'instant':
      return 26;
    case 'flag':
      return 5;
    case 'number':
      return Math.max(String(shape.range?.min).length, String(shape.range?.max).length) + 2;
    case 'code':
      return Math.max(0, ...(shape.codes ?? []).map((code) => Buffer.byteLength(JSON.stringify(code))));
    case 'list':
      return 2 + USUAL_ITEMS * (1 + (shape.item ? widest(shape.item) : 0));
    case 'record':
      return widestRecord(shape.fields ?? {});
  }
}
