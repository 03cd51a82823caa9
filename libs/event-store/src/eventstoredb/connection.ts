/**
 * The clients of one url in this process, shared by its stores.
 *
 * Appends have a client of their own. The client keeps the appends that wait for an answer in one table for the whole
 * process (`promiseBank` in its batchAppend.js): a broken batch call rejects the appends of every client, and an answer
 * that comes after that throws a TypeError inside a stream handler, which ends the process. So there is one appending
 * client a url, it can be replaced without cutting a read short (dispose ends reads in silence, which would look like the
 * end of a stream), and its answers pass a guard.
 *
 * The guard: the client makes its batch call through its own `GRPCStreamCreator`. We hand that a gRPC client whose batch
 * call wraps the one `data` listener in a try. An answer nobody waits for is then counted and dropped: its append has been
 * settled, or will be, by our deadline and by reading the stream. A process-wide `uncaughtException` handler was the
 * alternative; it would have to tell this TypeError from every other by its stack, and after it ran the stream would be
 * in an unknown state. Version 6.2.1 is the last of its line, so what the guard relies on stays put; `connect` fails
 * loudly if it is gone.
 */
import { EventStoreDBClient } from '@eventstore/db-client';

type Listener = (...args: unknown[]) => unknown;
interface BatchCall {
  on(event: string, listener: Listener): BatchCall;
}
interface GrpcClient {
  batchAppend(...args: unknown[]): BatchCall;
}
type StreamCreator = (
  service: unknown,
  name: string,
  create: (client: GrpcClient) => unknown,
  cache?: unknown,
) => () => Promise<unknown>;

/**
 * Reads at one time. A connection carries a hundred calls, and a call beyond them waits in silence, the batch call
 * included: a thousand appends that read back at once must not shut out the next append.
 */
const PLACES = 48;

/** Longest wait for a client to end its calls: dispose can hang on a call that was never answered. */
const DISPOSE_MS = 1_000;

const connections = new Map<string, Connection>();

export class Connection {
  readonly reads: EventStoreDBClient;
  #appends: EventStoreDBClient;
  /** Disposed: a batch call that one of these opens afterwards would keep the process from ever ending. */
  readonly #retired = new WeakSet<EventStoreDBClient>();
  #users = 0;
  #closed = false;
  #places = PLACES;
  readonly #waiting = new Set<() => void>();
  /** Answers that came for appends nobody waits for any more. */
  strayAnswers = 0;

  private constructor(readonly url: string) {
    this.reads = EventStoreDBClient.connectionString(url);
    this.#appends = this.#makeAppends();
  }

  /** The connection of a url, made at first use. Each taker releases it once. */
  static of(url: string): Connection {
    const connection = connections.get(url) ?? new Connection(url);
    connections.set(url, connection);
    connection.#users += 1;
    return connection;
  }

  get appends(): EventStoreDBClient {
    return this.#appends;
  }

  /** No reads are open any more that could be trusted to have ended by themselves. */
  get closed(): boolean {
    return this.#closed;
  }

  /** A place for one read; give it back. False when none became free in time. */
  async takePlace(ms: number): Promise<boolean> {
    if (this.#places > 0) {
      this.#places -= 1;
      return true;
    }
    return new Promise((resolve) => {
      const called = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(called);
        resolve(true);
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(called);
        resolve(false);
      }, ms);
      this.#waiting.add(called);
    });
  }

  /** Hands the place on to whoever waits longest. */
  givePlaceBack(): void {
    const [next] = this.#waiting;
    if (next) next();
    else this.#places += 1;
  }

  /**
   * A client whose first append failed before it reached a server keeps that failure for good (it remembers the failed
   * question for the server's features), while its reads recover. So it is replaced; appends in flight on it become
   * unknown and are read back.
   */
  replaceAppends(broken: EventStoreDBClient): void {
    if (this.#appends !== broken || this.#closed) return;
    this.#appends = this.#makeAppends();
    this.#retired.add(broken);
    void disposed(broken);
  }

  /** Ends the calls after the last user, within a second a client. */
  async release(): Promise<void> {
    this.#users -= 1;
    if (this.#users > 0) return;
    this.#closed = true;
    connections.delete(this.url);
    this.#retired.add(this.#appends);
    await Promise.all([disposed(this.#appends), disposed(this.reads)]);
  }

  #makeAppends(): EventStoreDBClient {
    const client = EventStoreDBClient.connectionString(this.url);
    const inside = client as unknown as { GRPCStreamCreator: StreamCreator };
    const original = inside.GRPCStreamCreator;
    if (typeof original !== 'function') {
      throw new Error('@eventstore/db-client is not 6.2.1: the guard of its batch call must be rewritten first.');
    }
    inside.GRPCStreamCreator = (service, name, create, cache) =>
      original(
        service,
        name,
        (grpc) => {
          if (this.#retired.has(client)) throw new Error('This client was disposed.');
          return create(this.#guarded(grpc));
        },
        cache,
      );
    return client;
  }

  #guarded(grpc: GrpcClient): GrpcClient {
    return {
      batchAppend: (...args) => {
        const call = grpc.batchAppend(...args);
        const on = call.on.bind(call);
        call.on = (event, listener) =>
          on(event, event === 'data' ? (answer: unknown) => this.#deliver(listener, answer) : listener);
        return call;
      },
    };
  }

  #deliver(listener: Listener, answer: unknown): void {
    try {
      listener(answer);
    } catch {
      this.strayAnswers += 1;
    }
  }
}

async function disposed(client: EventStoreDBClient): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, DISPOSE_MS);
  });
  await Promise.race([client.dispose().catch(() => undefined), enough]);
  clearTimeout(timer);
}
