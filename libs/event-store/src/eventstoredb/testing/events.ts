/** Small events for the specs, and a way to take a number of them from a subscription. */
import { randomUUID } from 'node:crypto';
import type { StoredEvent, StoredRecord, Subscription } from '../../event-store';

export const someEvent = (number = 0, type = 'NumberSaid'): StoredEvent => ({
  id: randomUUID(),
  type,
  data: { number },
  metadata: { commandId: randomUUID() },
});

export const someEvents = (count: number): StoredEvent[] =>
  Array.from({ length: count }, (_, index) => someEvent(index));

export const someStream = (): string => `numbers-${randomUUID()}`;

export async function all(records: AsyncIterable<StoredRecord>): Promise<StoredRecord[]> {
  const found: StoredRecord[] = [];
  for await (const record of records) found.push(record);
  return found;
}

export const numbersIn = (records: readonly StoredRecord[]): unknown[] => records.map(({ data }) => data['number']);

/** Reads on until `enough` records have come; leaves the subscription open for the next call. */
export class Follower {
  readonly records: StoredRecord[] = [];
  readonly #batches: AsyncIterator<readonly StoredRecord[]>;

  constructor(readonly subscription: Subscription) {
    this.#batches = subscription[Symbol.asyncIterator]();
  }

  async until(enough: number): Promise<StoredRecord[]> {
    while (this.records.length < enough) {
      const next = await soon(this.#batches.next());
      // Fails with what has come so far
      if (next === undefined || next.done) expect(this.records).toHaveLength(enough);
      else this.records.push(...next.value);
    }
    return this.records;
  }

  /** True when the subscription has ended quietly. */
  async ended(): Promise<boolean> {
    return (await this.#batches.next()).done === true;
  }
}

/** Undefined when nothing came: the limit is far above what anything here takes, and below Jest's own. */
async function soon<T>(promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), 15_000);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
