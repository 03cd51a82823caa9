/** What the tests of a store share. Whatever goes wrong in a store shows here as a failed assertion, never as a time-out. */
import { expect } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { AppendOutcome, EventStore, JsonObject, Position, StoredEvent, StoredRecord } from '../event-store';

export type Appended = Extract<AppendOutcome, { outcome: 'appended' }>;

export const newStream = (): string => `contract-${randomUUID()}`;

export function event(data: JsonObject = {}, type = 'ContractTested'): StoredEvent {
  return { id: randomUUID(), type, data, metadata: { commandId: randomUUID(), index: 0 } };
}

export const events = (count: number): StoredEvent[] => Array.from({ length: count }, (_, n) => event({ n }));

/** Far above what any store needs, and below Jest's own limit: a store that hangs fails by assertion. */
const PATIENCE_MS = 15_000;
/**
 * For a whole test on a slow store. A cluster drops an append that repeats one it has not replicated yet and says so
 * only after two or three seconds, which fifteen programs of repeated appends may meet each.
 */
export const TEST_MS = 180_000;

export async function within<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<typeof NOTHING>((resolve) => {
    timer = setTimeout(() => resolve(NOTHING), PATIENCE_MS);
  });
  const happened = await Promise.race([promise, tooLate]).finally(() => clearTimeout(timer));
  if (happened === NOTHING) expect(`nothing within ${PATIENCE_MS} ms`).toBe(what);
  return happened as T;
}

const NOTHING = Symbol('nothing');

type Settled = AppendOutcome | { readonly outcome: 'threw'; readonly reason: string };

/** The outcome; an error that was thrown is one too, so that a test can assert on it. */
export async function settled(append: Promise<AppendOutcome>): Promise<Settled> {
  const outcome = append.catch((error: unknown) => ({ outcome: 'threw' as const, reason: String(error) }));
  return within(outcome, 'the outcome of an append');
}

export async function appended(append: Promise<AppendOutcome>): Promise<Appended> {
  const outcome = await settled(append);
  expect(outcome).toMatchObject({ outcome: 'appended' });
  return outcome as Appended;
}

export async function streamOf(store: EventStore, stream: string, from?: number): Promise<StoredRecord[]> {
  const records: StoredRecord[] = [];
  const reading = async (): Promise<void> => {
    for await (const record of store.readStream(stream, from)) records.push(record);
  };
  await within(reading(), `reading ${stream}`);
  return records;
}

/** The log after a position, page by page, of the given streams only: a log may be shared with others. */
export async function logOf(
  store: EventStore,
  after: Position | undefined,
  streams: ReadonlySet<string>,
  page = 100,
): Promise<StoredRecord[]> {
  const own: StoredRecord[] = [];
  for (let position = after; ;) {
    const records = await within(store.readAll(position, page), 'a page of the log');
    if (records.length === 0) return own;
    // Also keeps a store that repeats itself from being read for ever.
    if (position !== undefined) expect(store.compare(position, records[0]!.position)).toBeLessThan(0);
    own.push(...records.filter((record) => streams.has(record.stream)));
    position = records.at(-1)!.position;
  }
}

/** Follows the log until `enough` says so of what was seen of the given streams; then stops. */
export async function follow(
  store: EventStore,
  after: Position | undefined,
  streams: ReadonlySet<string>,
  enough: (seen: readonly StoredRecord[]) => boolean,
  types?: readonly string[],
): Promise<StoredRecord[]> {
  const subscription = store.subscribeAll(after, types);
  const seen: StoredRecord[] = [];
  const following = async (): Promise<void> => {
    for await (const batch of subscription) {
      seen.push(...batch.filter((record) => streams.has(record.stream)));
      if (enough(seen)) return;
    }
  };
  try {
    await expect(within(following(), 'delivery of what was waited for')).resolves.toBeUndefined();
  } finally {
    await subscription.stop();
  }
  return seen;
}

export const idsOf = (of: readonly { readonly id: string }[]): string[] => of.map((one) => one.id);

/** Asks until it is so. */
export async function until(isSo: () => Promise<boolean>, what: string): Promise<void> {
  let asking = true;
  const asked = async (): Promise<void> => {
    while (asking && !(await isSo())) await new Promise((resolve) => setImmediate(resolve));
  };
  await within(asked(), what).finally(() => (asking = false));
}
