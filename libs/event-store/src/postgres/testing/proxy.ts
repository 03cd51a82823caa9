/** A TCP link to a store that a test can cut, hold or silence at a chosen moment. */
import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * `pass`; `hold` requests on this side of the server; `swallow` its answers; `refuse` connections. As often as is said,
 * and then `pass`: cut the connection `atAnswer`, which is lost with it, or `atRequest`, which the server gets all the same.
 */
export type LinkMode = 'pass' | 'hold' | 'swallow' | 'refuse' | 'atAnswer' | 'atRequest';

export interface Link {
  /** The same database, over the link. */
  readonly url: string;
  /** How many requests were held, answers swallowed or connections cut since the mode was set. */
  readonly caught: number;
  /** `times`: of a cut; once unless told. */
  set(mode: LinkMode, times?: number): void;
  /** Drops every connection, with what was held. */
  cut(): void;
  /** Carries nothing more on the connections there are and tells neither side, as a firewall that lost them; new ones pass. */
  forget(): void;
  /** Answers take so many milliseconds on their way, in order: also what a lost packet looks like, which TCP sends again. */
  delay(milliseconds: (() => number) | undefined): void;
  close(): Promise<void>;
}

export async function linkTo(target: string): Promise<Link> {
  const server = new URL(target);
  const sockets = new Set<Socket>();
  const forgotten = new WeakSet<Socket>();
  let mode: LinkMode = 'pass';
  let caught = 0;
  let cutsLeft = 0;
  const countCut = (): void => {
    caught++;
    if (--cutsLeft <= 0) mode = 'pass';
  };

  let lateness: (() => number) | undefined;
  const onTheWay = new WeakMap<Socket, Promise<unknown>>();
  const carry = (to: Socket, bytes: Buffer): void => {
    const before = onTheWay.get(to);
    if (lateness === undefined && before === undefined) return void to.write(bytes);
    const due = pause(lateness?.() ?? 0);
    const arrives = Promise.all([before, due]).then(() => {
      to.write(bytes);
      if (onTheWay.get(to) === arrives) onTheWay.delete(to);
    });
    onTheWay.set(to, arrives);
  };

  const listener = createServer((near) => {
    if (mode === 'refuse') return near.destroy();
    const far = createConnection(Number(server.port), server.hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.on('data', (bytes) => {
      if (mode === 'hold') caught++;
      else if (mode === 'atRequest') {
        // Its end destroys the far side, so it comes when the bytes are on their way.
        far.write(bytes, () => near.destroy());
        countCut();
      } else if (!forgotten.has(near)) far.write(bytes);
    });
    far.on('data', (bytes) => {
      if (mode === 'swallow') caught++;
      else if (mode === 'atAnswer') {
        near.destroy();
        countCut();
      } else if (!forgotten.has(far)) carry(near, bytes);
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String((listener.address() as AddressInfo).port);

  return {
    url: url.toString(),
    get caught() {
      return caught;
    },
    set(next, times = 1) {
      mode = next;
      caught = 0;
      cutsLeft = times;
    },
    cut: () => sockets.forEach((socket) => socket.destroy()),
    forget: () => sockets.forEach((socket) => forgotten.add(socket)),
    delay: (milliseconds) => void (lateness = milliseconds),
    async close() {
      sockets.forEach((socket) => socket.destroy());
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}
