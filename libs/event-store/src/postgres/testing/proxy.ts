/** A TCP link to a store that a test can cut, hold or silence at a chosen moment. */
import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net';

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
      } else if (!forgotten.has(far)) near.write(bytes);
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
    async close() {
      sockets.forEach((socket) => socket.destroy());
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}
