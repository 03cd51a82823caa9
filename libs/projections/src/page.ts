import type { Position, RecordedEvent, StoredRecord } from '@app/event-store';
import type { Codec } from '@app/kernel';
import type { Projection } from './projection';

/** Where stored records become events: the codecs name them, `open` decodes, upcasts and unseals one. */
export interface Reading {
  readonly codecs: readonly Codec[];
  /** Throws on an unknown type or version and on a malformed event (Journal.open). */
  readonly open: (record: StoredRecord) => RecordedEvent;
}

/** What one projection takes from a page: good events up to a record, and the record that cannot be read, if any. */
export interface Portion {
  readonly events: readonly RecordedEvent[];
  /** How many records of the page it passes, those it does not read included. */
  readonly records: number;
  /** The checkpoint after them. */
  readonly upTo: Position;
  readonly unreadable?: { readonly record: StoredRecord; readonly error: unknown };
}

class UnknownType extends Error {
  override readonly name = 'UnknownType';
}

/** A run of the log, each record decoded at most once for all projections of the process. */
export class Page {
  readonly #opened = new Map<StoredRecord, RecordedEvent | { readonly error: unknown }>();
  readonly #names = new Map<StoredRecord, string | undefined>();

  constructor(
    readonly records: readonly StoredRecord[],
    private readonly reading: Reading,
  ) {
    const known = namesOf(reading.codecs);
    for (const record of records) {
      const category = record.stream.slice(0, record.stream.indexOf('-'));
      this.#names.set(record, known.get(`${category} ${record.type}`));
    }
  }

  /** The records after one position and up to another, in the order of the log; all where neither is given. */
  between(
    after: Position | undefined,
    upTo: Position | undefined,
    compare: (a: Position, b: Position) => number,
  ): readonly StoredRecord[] {
    const first = after === undefined ? 0 : this.#countUpTo(after, compare);
    const end = upTo === undefined ? this.records.length : this.#countUpTo(upTo, compare);
    return this.records.slice(first, end);
  }

  /** By halving: a position is a number of many digits, and a page is asked for by every projection. */
  #countUpTo(position: Position, compare: (a: Position, b: Position) => number): number {
    let low = 0;
    let high = this.records.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compare(this.records[middle]!.position, position) <= 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /**
   * Records of the page as one projection sees them; nothing when there are none. A type that no codec knows stops every
   * projection that meets it, since nobody can say that it is not theirs.
   */
  portionFor(projection: Projection, of: readonly StoredRecord[] = this.records): Portion | undefined {
    const types = new Set(projection.types);
    const events: RecordedEvent[] = [];
    let records = 0;
    let upTo: Position | undefined;
    for (const record of of) {
      const name = this.#names.get(record);
      if (name === undefined) {
        const error = new UnknownType(`no codec of this Evenhand knows the type`);
        return { events, records, upTo: upTo ?? record.position, unreadable: { record, error } };
      }
      if (types.has(name)) {
        const opened = this.#open(record);
        if ('error' in opened)
          return { events, records, upTo: upTo ?? record.position, unreadable: { record, error: opened.error } };
        events.push(opened);
      }
      records += 1;
      upTo = record.position;
    }
    return upTo === undefined ? undefined : { events, records, upTo };
  }

  #open(record: StoredRecord): RecordedEvent | { readonly error: unknown } {
    let opened = this.#opened.get(record);
    if (opened === undefined) {
      try {
        opened = this.reading.open(record);
      } catch (error) {
        opened = { error };
      }
      this.#opened.set(record, opened);
    }
    return opened;
  }
}

const names = new WeakMap<readonly Codec[], ReadonlyMap<string, string>>();

/** `category storedName` to the current name. */
function namesOf(codecs: readonly Codec[]): ReadonlyMap<string, string> {
  let known = names.get(codecs);
  if (known === undefined) {
    known = new Map(
      codecs.flatMap((codec) =>
        Object.entries(codec.types).map(([stored, type]) => [`${codec.category} ${stored}`, type.name] as const),
      ),
    );
    names.set(codecs, known);
  }
  return known;
}
