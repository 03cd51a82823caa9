import { person, type RunningWeb, startWeb } from './support/web';

describe('the web application', () => {
  let running: RunningWeb;
  beforeAll(async () => {
    running = await startWeb();
  });
  afterAll(() => running?.close());

  it('is alive', async () => {
    const answer = await fetch(`${running.web.url}/health/live`);
    expect(await answer.json()).toEqual({ status: 'ok' });
    await person(running.platform, 'chair');
    const page = await fetch(`${running.web.url}/sign-in`);
    expect(await page.text()).toContain('A chair');
  });
});
