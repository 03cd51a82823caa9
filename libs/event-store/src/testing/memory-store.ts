/** A store in memory for specs of what lies above the port. The stores themselves are tested by the contract suite. */
import type { EventStore, ExpectedRevision, StoredEvent, StoredRecord } from '../event-store';

export class MemoryStore implements EventStore {
  readonly log: StoredRecord[] = [];
  /** Runs before the next append, once: another writer, or a fault. */
  before: (() => void | Promise<void>) | undefined;
  /** Answers `unknown` after the next append has been written, this many times. */
  answersLost = 0;
  /** Every batch that was sent, as sent. */
  readonly sent: (readonly StoredEvent[])[] = [];

  async identity() {
    return '00000000-0000-4000-8000-000000000000';
  }

  async append(stream: string, expected: ExpectedRevision, events: readonly StoredEvent[]) {
    const before = this.before;
    this.before = undefined;
    await before?.();
    this.sent.push(events);
    const held = this.log.filter((record) => record.stream === stream);
    const actual = held.at(-1)?.revision ?? ('no_stream' as const);
    const already = held.filter((record) => events.some((event) => event.id === record.id));
    const [first, last] = [already[0], already.at(-1)];
    if (first && last) {
      return {
        outcome: 'appended' as const,
        firstRevision: first.revision,
        lastRevision: last.revision,
        position: last.position,
      };
    }
    if (actual !== expected) return { outcome: 'conflict' as const, actual };
    const from = actual === 'no_stream' ? 0 : actual + 1;
    events.forEach((event, at) => {
      const copy = JSON.parse(JSON.stringify(event)) as StoredEvent;
      this.log.push({ ...copy, stream, revision: from + at, position: String(this.log.length + 1) });
    });
    if (this.answersLost > 0) {
      this.answersLost -= 1;
      return { outcome: 'unknown' as const, reason: 'the answer was lost' };
    }
    const lastRevision = from + events.length - 1;
    return { outcome: 'appended' as const, firstRevision: from, lastRevision, position: String(this.log.length) };
  }

  async *readStream(stream: string, from = 0) {
    for (const record of this.log) if (record.stream === stream && record.revision >= from) yield record;
  }

  async readAll(after: string | undefined, limit: number) {
    return this.log.slice(Number(after ?? 0), Number(after ?? 0) + limit);
  }

  subscribeAll(): never {
    throw new Error('The store of the specs has no subscriptions.');
  }

  async behind(position: string | undefined) {
    return this.log.length - Number(position ?? 0);
  }

  async head() {
    return this.log.at(-1)?.position;
  }

  compare(a: string, b: string) {
    return Number(a) - Number(b);
  }

  async close() {}
}
