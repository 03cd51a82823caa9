import type { Position, StoredRecord, Subscription } from '@app/event-store';

/** The live end of the log: one subscription for all projections of the process, asked for its next batch with a limit of time. */
export class Feed {
  readonly #batches: AsyncIterator<readonly StoredRecord[]>;
  #next: Promise<IteratorResult<readonly StoredRecord[]>> | undefined;

  constructor(
    private readonly subscription: Subscription,
    /** Everything up to here has been delivered. */
    public cursor: Position | undefined,
    private readonly compare: (a: Position, b: Position) => number,
  ) {
    this.#batches = subscription[Symbol.asyncIterator]();
  }

  /**
   * What is new in the next batch, or nothing when `interrupted` comes first; the batch is then kept for the next call.
   * An event that the subscription delivers again is left out: a lane takes what it is given.
   * Throws what the subscription throws, and when it ends by itself.
   */
  async next(interrupted: Promise<unknown>): Promise<readonly StoredRecord[] | undefined> {
    this.#next ??= this.#batches.next();
    const result = await Promise.race([this.#next, interrupted.then(() => undefined)]);
    if (result === undefined) return undefined;
    this.#next = undefined;
    if (result.done) throw new Error('The subscription has ended by itself.');
    const fresh: StoredRecord[] = [];
    for (const record of result.value) {
      if (this.cursor !== undefined && this.compare(record.position, this.cursor) <= 0) continue;
      this.cursor = record.position;
      fresh.push(record);
    }
    return fresh;
  }

  async close(): Promise<void> {
    this.#next?.catch(() => undefined);
    await this.subscription.stop();
  }
}
