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
  readonly #names: ReadonlyMap<string, string>;

  constructor(
    readonly records: readonly StoredRecord[],
    private readonly reading: Reading,
  ) {
    this.#names = namesOf(reading.codecs);
  }

  /**
   * The records for which `wanted`, as one projection sees them; nothing when there are none. A type that no codec
   * knows stops every projection that meets it, since nobody can say that it is not theirs.
   */
  portionFor(projection: Projection, wanted: (record: StoredRecord) => boolean): Portion | undefined {
    const events: RecordedEvent[] = [];
    let records = 0;
    let upTo: Position | undefined;
    for (const record of this.records) {
      if (!wanted(record)) continue;
      const name = this.#names.get(`${record.stream.split('-', 1)[0]} ${record.type}`);
      if (name === undefined) {
        const error = new UnknownType(`no codec of this Evenhand knows the type`);
        return { events, records, upTo: upTo ?? record.position, unreadable: { record, error } };
      }
      if (projection.types.includes(name)) {
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
