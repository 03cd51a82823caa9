import express from 'express';
import type { AddressInfo } from 'node:net';
import { Gate, MOST_INSIDE } from './gate';

describe('the gate', () => {
  it('lets so many in at once; whoever comes then is told when to come again, and finds room later', async () => {
    let finish = (): void => undefined;
    const finished = new Promise<void>((resolve) => (finish = resolve));
    let inside = 0;
    let full = (): void => undefined;
    const isFull = new Promise<void>((resolve) => (full = resolve));
    const app = express();
    app.use(new Gate().handler);
    app.get('/api/cases', async (_, response) => {
      if (++inside === MOST_INSIDE) full();
      await finished;
      response.json({});
    });
    const server = app.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/cases`;
    try {
      const first = Array.from({ length: MOST_INSIDE }, () => fetch(url));
      await isFull;
      const refused = await fetch(url);
      expect(refused.status).toBe(503);
      expect(refused.headers.get('retry-after')).toBe('5');
      expect(await refused.json()).toMatchObject({ code: 'too-busy' });
      expect(inside).toBe(MOST_INSIDE);
      finish();
      const statuses = await Promise.all(first.map(async (answer) => (await answer).status));
      expect(new Set(statuses)).toEqual(new Set([200]));
      expect((await fetch(url)).status).toBe(200);
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
