/**
 * The log behind the double: EventStoreDB's rules of expected revisions, retries and positions as they were seen on a
 * real server, without any network. Several doubles may share one, as the nodes of a cluster do.
 */

export interface Record {
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly stream: string;
  readonly revision: bigint;
  /** Commit and prepare are the same. */
  readonly position: bigint;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

export type Proposed = Pick<Record, 'id' | 'type' | 'contentType' | 'data' | 'metadata'>;
export type Expected = bigint | 'no_stream' | 'any' | 'stream_exists';

export type Written =
  | { readonly kind: 'success'; readonly revision: bigint; readonly position: bigint }
  | { readonly kind: 'wrong'; readonly actual: bigint | 'no_stream' }
  | { readonly kind: 'tooLarge' }
  | { readonly kind: 'badRequest'; readonly message: string };

export const MAX_APPEND_SIZE = 1024 * 1024;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const NIL = '00000000-0000-0000-0000-000000000000';
const NOTHING = new Uint8Array();

export class ScriptedLog {
  readonly records: Record[] = [];
  readonly #streams = new Map<string, Record[]>();
  readonly #listeners = new Set<(batch: readonly Record[]) => void>();
  #end = 548n;

  constructor() {
    this.writeSystemEvent('$metadata', '$$$scavenges');
  }

  stream(name: string): readonly Record[] {
    return this.#streams.get(name) ?? [];
  }

  /** The index of the first record at or after a position. */
  indexFrom(position: bigint): number {
    let low = 0;
    let high = this.records.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.records[middle]!.position < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** What the server itself writes into $all: statistics, metadata. */
  writeSystemEvent(type = '$statsCollected', stream = '$stats-127.0.0.1:2113'): void {
    const id = `${this.records.length.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`;
    this.#write(stream, [{ id, type, contentType: 'application/json', data: Buffer.from('{}'), metadata: NOTHING }]);
  }

  /** As the index writer of the server decides. */
  append(stream: string, expected: Expected, events: readonly Proposed[]): Written {
    const proposed = events.map((event) => ({ ...event, id: event.id.toLowerCase() }));
    const bad = badRequest(stream, proposed);
    if (bad !== undefined) return { kind: 'badRequest', message: bad };
    if (proposed.reduce((sum, { data }) => sum + data.length, 0) > MAX_APPEND_SIZE) return { kind: 'tooLarge' };

    const there = this.stream(stream);
    const actual = BigInt(there.length) - 1n;
    const wrong: Written = { kind: 'wrong', actual: actual < 0n ? 'no_stream' : actual };
    if (expected === 'stream_exists' && actual < 0n) return wrong;
    if (expected === 'any' || expected === 'stream_exists') {
      const known = proposed.map(({ id }) => there.find((record) => record.id === id));
      if (!known[0]) return this.#success(this.#write(stream, proposed));
      return known.every((record) => record !== undefined) ? this.#success(known) : wrong;
    }
    const from = expected === 'no_stream' ? -1n : expected;
    if (from === actual) return this.#success(this.#write(stream, proposed));
    if (from > actual) return wrong;
    // Behind the end: a retry only when every id is where this append would have put it
    const before = proposed.map(({ id }, index) => {
      const record = there[Number(from) + 1 + index];
      return record?.id === id ? record : undefined;
    });
    return before.every((record) => record !== undefined) ? this.#success(before) : wrong;
  }

  onAppend(listener: (batch: readonly Record[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #success(records: readonly (Record | undefined)[]): Written {
    const last = records.at(-1);
    return { kind: 'success', revision: last?.revision ?? 0n, position: last?.position ?? this.#end };
  }

  #write(name: string, events: readonly Proposed[]): Record[] {
    const stream = this.#streams.get(name) ?? [];
    this.#streams.set(name, stream);
    const batch = events.map((event) => {
      const record = { ...event, stream: name, revision: BigInt(stream.length), position: this.#end };
      this.#end += BigInt(90 + name.length + event.type.length + event.data.length + event.metadata.length);
      stream.push(record);
      this.records.push(record);
      return record;
    });
    for (const listener of this.#listeners) listener(batch);
    return batch;
  }
}

function badRequest(stream: string, events: readonly Proposed[]): string | undefined {
  if (stream === '') return "Value cannot be null. (Parameter 'value')";
  for (const { id, type } of events) {
    if (!UUID.test(id)) return 'Unrecognized Guid format.';
    if (id === NIL) return "Empty eventId provided. (Parameter 'eventId')";
    if (type === '') return "Empty eventType provided. (Parameter 'eventType')";
  }
  return undefined;
}
