/** docs/openapi.json is what the application serves. Write it anew with UPDATE_OPENAPI=1. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RunningWeb, startWeb } from './support/web';

const path = join(__dirname, '../docs/openapi.json');

describe('the description of the API', () => {
  let running: RunningWeb;
  beforeAll(async () => {
    running = await startWeb();
  });
  afterAll(() => running?.close());

  it('is committed as it is served', async () => {
    const served = `${JSON.stringify(await (await fetch(`${running.web.url}/api/openapi.json`)).json(), null, 2)}\n`;
    if (process.env['UPDATE_OPENAPI'] === '1') writeFileSync(path, served);
    const committed = existsSync(path) ? readFileSync(path, 'utf8') : '';
    // One line is enough to say what differs; the whole document would hide it.
    const at = served.split('\n').findIndex((line, index) => line !== committed.split('\n')[index]);
    expect(committed.split('\n')[at]).toBe(served.split('\n')[at]);
    expect(committed.length).toBe(served.length);
  });

  it('names for every unsafe route the key that it needs', async () => {
    const document = JSON.parse(readFileSync(path, 'utf8')) as {
      paths: Record<string, Record<string, { parameters?: { name: string; in: string; required?: boolean }[] }>>;
    };
    const unsafe = Object.entries(document.paths)
      .filter(([route]) => route !== '/api/session')
      .flatMap(([route, methods]) => (methods['post'] ? [[route, methods['post']] as const] : []));
    expect(unsafe.length).toBeGreaterThan(25);
    for (const [route, { parameters = [] }] of unsafe)
      expect([route, parameters.find(({ name }) => name === 'Idempotency-Key')]).toEqual([
        route,
        expect.objectContaining({ in: 'header', required: true }),
      ]);
  });
});
