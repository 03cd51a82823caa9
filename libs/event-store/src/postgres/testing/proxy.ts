/** A TCP link to Postgres that a test can cut, hold or silence at a chosen moment. */
import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net';

/** `pass`; `hold` requests on this side of the server; `swallow` its answers; `refuse` connections. */
export type LinkMode = 'pass' | 'hold' | 'swallow' | 'refuse';

export interface Link {
  /** The same database, over the link. */
  readonly url: string;
  /** How many requests were held or answers swallowed since the mode was set. */
  readonly caught: number;
  set(mode: LinkMode): void;
  /** Drops every connection, with what was held. */
  cut(): void;
  close(): Promise<void>;
}

export async function linkTo(target: string): Promise<Link> {
  const server = new URL(target);
  const sockets = new Set<Socket>();
  let mode: LinkMode = 'pass';
  let caught = 0;

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
    near.on('data', (bytes) => (mode === 'hold' ? caught++ : far.write(bytes)));
    far.on('data', (bytes) => (mode === 'swallow' ? caught++ : near.write(bytes)));
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
    set(next) {
      mode = next;
      caught = 0;
    },
    cut: () => sockets.forEach((socket) => socket.destroy()),
    async close() {
      sockets.forEach((socket) => socket.destroy());
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}
