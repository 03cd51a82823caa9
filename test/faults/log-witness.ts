/**
 * Remembers what was proposed to a log and what the log acknowledged, and says which invariants of
 * reliability-and-privacy.md 1.3 the log breaks: I1 no lost ack, I2 no ghost, I3 stream order, I4 global order, I5 whole batches.
 */
import type { EventStore, StoredRecord } from '@app/event-store';

interface Proposal {
  readonly stream: string;
  readonly ids: readonly string[];
  /** Revision of the first and position of the last event, once acknowledged; the position where the client was told it. */
  acknowledged?: { readonly firstRevision: number; readonly position: string | undefined };
}

export async function streamOf(store: EventStore, stream: string, from?: number): Promise<StoredRecord[]> {
  const records: StoredRecord[] = [];
  for await (const record of store.readStream(stream, from)) records.push(record);
  return records;
}

export async function logOf(store: EventStore): Promise<StoredRecord[]> {
  const records: StoredRecord[] = [];
  for (;;) {
    const page = await store.readAll(records.at(-1)?.position, 1_000);
    if (page.length === 0) return records;
    records.push(...page);
  }
}

export class LogWitness {
  /** By the id of the first event. */
  readonly #proposals = new Map<string, Proposal>();
  #seen: string[] = [];
  readonly #followed = new Map<string, readonly string[]>();

  /** Before the append is sent; the same batch may be proposed again. */
  proposed(stream: string, ids: readonly string[]): void {
    if (!this.#proposals.has(ids[0]!)) this.#proposals.set(ids[0]!, { stream, ids });
  }

  /** What the client was told; a client of the API is told no position. */
  acknowledged(firstId: string, firstRevision: number, position?: string): void {
    const proposal = this.#proposals.get(firstId);
    if (proposal === undefined) throw new Error(`${firstId} was acknowledged, but nobody proposed it.`);
    proposal.acknowledged = { firstRevision, position };
  }

  /** The ids that a subscriber was given from the beginning on, in its order; by now it has reached the end of the log. */
  followed(who: string, ids: readonly string[]): void {
    this.#followed.set(who, ids);
  }

  /** What is in a log before anybody is watched counts as acknowledged, and so does what nobody watched. */
  async knows(store: EventStore): Promise<void> {
    for (const { id, stream, revision, position } of await logOf(store)) {
      if (this.#proposals.has(id)) continue;
      this.proposed(stream, [id]);
      this.acknowledged(id, revision, position);
    }
  }

  get acknowledgements(): number {
    return [...this.#proposals.values()].filter(({ acknowledged }) => acknowledged).length;
  }

  /** Reads the whole log; each answer is one invariant broken, with what and where. */
  async broken(store: EventStore): Promise<string[]> {
    const records = await logOf(store);
    const found: string[] = [];
    const places = new Map<string, number>();
    const revisions = new Map<string, number>();
    records.forEach((record, at) => {
      if (places.has(record.id)) found.push(`I1: the event ${record.id} is in the log twice`);
      places.set(record.id, at);
      const expected = (revisions.get(record.stream) ?? -1) + 1;
      if (record.revision !== expected)
        found.push(`I3: ${record.stream} has revision ${record.revision} where ${expected} belongs`);
      revisions.set(record.stream, record.revision);
      const before = records[at - 1];
      if (before && store.compare(before.position, record.position) >= 0)
        found.push(`I4: position ${record.position} is read after ${before.position}`);
    });
    const ids = records.map(({ id }) => id);
    const late = this.#seen.findIndex((id, at) => ids[at] !== id);
    if (late >= 0)
      found.push(
        `I4: an earlier reading of the log had ${this.#seen[late]} at place ${late}, this one has ${ids[late]}`,
      );
    this.#seen = ids;
    for (const [who, given] of this.#followed) {
      const wrong = ids.findIndex((id, at) => given[at] !== id);
      if (wrong >= 0)
        found.push(
          `I4: ${who} was given ${given.length} of ${ids.length} events; in place of ${records[wrong]!.position} it was given ${given[wrong] ?? 'nothing'}`,
        );
      else if (given.length > ids.length) found.push(`I4: ${who} was given ${given.length} of ${ids.length} events`);
    }

    let known = 0;
    for (const { stream, ids: batch, acknowledged } of this.#proposals.values()) {
      const there = batch.filter((id) => places.has(id));
      known += there.length;
      if (there.length > 0 && there.length < batch.length)
        found.push(`I5: ${there.length} of the ${batch.length} events of one append are in the log`);
      if (acknowledged === undefined) continue;
      const first = records[places.get(batch[0]!) ?? -1];
      const last = records[places.get(batch.at(-1)!) ?? -1];
      if (there.length === 0 || first === undefined)
        found.push(`I1: the acknowledged event ${batch[0]} is not in the log`);
      else if (
        first.stream !== stream ||
        first.revision !== acknowledged.firstRevision ||
        last?.position !== (acknowledged.position ?? last?.position)
      )
        found.push(
          `I1: ${batch[0]} was acknowledged as revision ${acknowledged.firstRevision} at ${acknowledged.position ?? 'some position'}, ` +
            `and is revision ${first.revision} of ${first.stream}, ending at ${last?.position}`,
        );
    }
    if (known !== places.size) found.push(`I2: ${places.size - known} events are in the log that nobody proposed`);
    return found;
  }
}
