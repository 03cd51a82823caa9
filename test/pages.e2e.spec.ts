/** What the pages of a clerk owe whoever fills them in, without a browser: all reasons at once, nothing overwritten unseen. */
import { city, type City, referral, type RunningWeb, Script, startWeb } from './support/web';

describe('the pages of a clerk', () => {
  let running: RunningWeb;
  let here: City;
  let clerk: Script;
  beforeAll(async () => {
    running = await startWeb();
    here = await city(running);
    clerk = await Script.as(running.web.url, here.clerk);
  });
  afterAll(() => running?.close());

  /** Sends the form of a page as a browser would: its hidden fields, and what is typed. */
  async function fill(path: string, typed: Readonly<Record<string, string>> = {}) {
    const page = String((await clerk.get(path)).body);
    const hidden = [...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(
      ([, name = '', value = '']) => [name, value] as const,
    );
    const form = new URLSearchParams({ ...Object.fromEntries(hidden), ...typed });
    return clerk.send('POST', path, form.toString(), { 'Content-Type': 'application/x-www-form-urlencoded' });
  }
  const summary = (html: string): string[] =>
    [...(/error-summary__list">([\s\S]*?)<\/ul>/.exec(html)?.[1] ?? '').matchAll(/<a [^>]*>([^<]*)</g)].map(
      ([, text = '']) => text.trim(),
    );
  const dated = (name: string, day: string): Record<string, string> => {
    const [year = '', month = '', date = ''] = day.split('-');
    return { [`${name}-day`]: date, [`${name}-month`]: month, [`${name}-year`]: year };
  };
  const inDays = (days: number): string =>
    new Date(Date.parse(`${here.today}T12:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
  const aCase = async (): Promise<string> => (await clerk.post('/api/cases', referral())).body.caseId;

  it('say of an empty referral all that it lacks, in the order of the page', async () => {
    const answer = await fill('/cases/new');
    expect(answer.status).toBe(400);
    expect(summary(answer.body)).toEqual([
      'Enter the date of birth',
      'Enter the child&#39;s UPN',
      'Choose the home school',
      'Choose what kind of case it is',
      'Choose what the panel is asked for',
      'Say who refers the child.',
      'The headteacher has not signed the referral.',
      'Enter the year group',
      'Choose the SEN provision',
      'Say what the child needs most help with.',
      'Choose the main reason',
      'Say how many support cycles were completed.',
      'Say how many days the child was suspended.',
      'Say how many managed moves came before.',
      'Say whether the child is or was looked after.',
      'Say whether free school meals apply.',
      'Give the ethnicity, or &quot;not yet obtained&quot;.',
      'Give the sex, or &quot;unknown&quot;.',
    ]);
  });

  it('give a refusal in its own words, with days as people write them', async () => {
    const caseId = await aCase();
    const consent = { party: 'parent', pressureChecked: 'yes', ...dated('conversationOn', '2031-03-05') };
    const answer = await fill(`/cases/${caseId}/consent`, consent);
    expect(answer.status).toBe(422);
    expect(summary(answer.body)).toEqual(['The day 5 March 2031 is still to come.']);
  });

  it('do not schedule over a meeting that has an agenda', async () => {
    const [first, second] = [await aCase(), await aCase()];
    const meeting = { panelId: here.panelId, ...dated('meetingOn', inDays(7)) };
    const scheduled = await fill('/meetings/new', { ...meeting, [`place.${first}`]: '1' });
    expect(scheduled.status).toBe(303);
    const again = await fill('/meetings/new', { ...meeting, [`place.${second}`]: '1' });
    expect(again.status).toBe(400);
    expect(summary(again.body)[0]).toMatch(/^Test panel already meets on /);
    const [, meetingId] = /^\/meetings\/(.+)$/.exec(scheduled.headers.get('location') ?? '') ?? [];
    expect((await clerk.get(`/api/meetings/${meetingId}`)).body).toMatchObject({ agenda: [{ caseId: first }] });
  });

  it('offer in the attendance those whom schools send, also when nobody was there before', async () => {
    const { meetingId } = (
      await clerk.post(`/api/panels/${here.panelId}/meetings`, { meetingOn: here.today, kind: 'ordinary' })
    ).body;
    const there = { [`mode.${here.referrer}`]: 'inPerson', [`role.${here.referrer}`]: 'headteacher' };
    expect(await fill(`/meetings/${meetingId}/attendance`, there)).toMatchObject({ status: 303 });
    const { attendees } = (await clerk.get(`/api/meetings/${meetingId}`)).body;
    expect(attendees).toMatchObject([{ memberRef: here.referrer, role: 'headteacher', votes: true }]);
    const absent = { ...there, [`mode.${here.referrer}`]: 'absent' };
    expect(await fill(`/meetings/${meetingId}/attendance`, absent)).toMatchObject({ status: 303 });
    expect((await clerk.get(`/meetings/${meetingId}/attendance`)).body).toContain('Was Rita Referrer there?');
  });
});
