import { isOutage } from './connection';

/**
 * Knows how far the log goes and wakes who waits for more: one poll a process, whatever the number of subscriptions, and
 * none while nobody waits. Polling is the truth; an append of this process only makes it quicker.
 */
export class Tail {
  private readonly readHead: () => Promise<bigint>;
  private head = 0n;
  private readonly waiters = new Set<Waiter>();
  private polling = false;

  constructor(readHead: () => Promise<bigint>) {
    this.readHead = readHead;
  }

  saw(position: bigint): void {
    if (position <= this.head) return;
    this.head = position;
    for (const waiter of this.waiters) waiter.check();
  }

  /** The newest known position, once it is past `position`, or sooner when aborted. */
  async beyond(position: bigint, aborted: AbortSignal): Promise<bigint> {
    if (this.head <= position && !aborted.aborted) await this.wait(position, aborted);
    return this.head;
  }

  private async wait(position: bigint, aborted: AbortSignal): Promise<void> {
    let waiter: Waiter | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        waiter = { check: () => (this.head > position || aborted.aborted) && resolve(), fail: reject };
        this.waiters.add(waiter);
        aborted.addEventListener('abort', waiter.check);
        if (!this.polling) void this.poll();
      });
    } finally {
      this.waiters.delete(waiter!);
      aborted.removeEventListener('abort', waiter!.check);
    }
  }

  private async poll(): Promise<void> {
    this.polling = true;
    let pause = BUSY_MS;
    while (this.waiters.size > 0) {
      const before = this.head;
      try {
        this.saw(await this.readHead());
        pause = this.head > before ? BUSY_MS : Math.min(pause * 1.2, IDLE_MS);
      } catch (error) {
        if (!isOutage(error)) for (const waiter of this.waiters) waiter.fail(error);
        pause = Math.min(pause * 2, OUTAGE_MS);
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
    this.polling = false;
  }
}

interface Waiter {
  check(): void;
  fail(error: unknown): void;
}

const BUSY_MS = 10;
const IDLE_MS = 100;
const OUTAGE_MS = 1000;
