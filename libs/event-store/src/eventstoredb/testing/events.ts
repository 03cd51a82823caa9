/** Small events for the specs, and a way to take a number of them from a subscription. */
import { AssertionError } from 'node:assert';
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
      const { done, value } = await soon(this.#batches.next(), `${this.records.length} of ${enough} records had come`);
      if (done) throw new Error(`The subscription ended after ${this.records.length} of ${enough} records.`);
      this.records.push(...value);
    }
    return this.records;
  }

  /** True when the subscription has ended quietly. */
  async ended(): Promise<boolean> {
    return (await this.#batches.next()).done === true;
  }
}

/** Far above what anything here takes, and below Jest's own limit: what hangs fails with what was missing. */
async function soon<T>(promise: Promise<T>, state: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new AssertionError({ message: `Nothing more came: ${state}.` })), 15_000);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
