import type { Position, StoredRecord, Subscription } from '@app/event-store';

/** The live end of the log: one subscription for all projections of the process, asked for its next batch with a limit of time. */
export class Feed {
  readonly #batches: AsyncIterator<readonly StoredRecord[]>;
  #next: Promise<IteratorResult<readonly StoredRecord[]>> | undefined;

  constructor(
    private readonly subscription: Subscription,
    /** Everything up to here has been delivered. */
    public cursor: Position | undefined,
  ) {
    this.#batches = subscription[Symbol.asyncIterator]();
  }

  /**
   * The next batch, or nothing when `interrupted` comes first; the batch is then kept for the next call.
   * Throws what the subscription throws, and when it ends by itself.
   */
  async next(interrupted: Promise<unknown>): Promise<readonly StoredRecord[] | undefined> {
    this.#next ??= this.#batches.next();
    const result = await Promise.race([this.#next, interrupted.then(() => undefined)]);
    if (result === undefined) return undefined;
    this.#next = undefined;
    if (result.done) throw new Error('The subscription has ended by itself.');
    this.cursor = result.value.at(-1)?.position ?? this.cursor;
    return result.value;
  }

  async close(): Promise<void> {
    this.#next?.catch(() => undefined);
    await this.subscription.stop();
  }
}
