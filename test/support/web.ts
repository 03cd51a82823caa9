/** The whole application on a database of its own, and people to be: what an end-to-end spec starts from. */
import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readSchoolList } from '@app/directory';
import { openPlatform, type Platform } from '../../apps/composition/src/platform';
import { createWeb, type Web, type WebOptions } from '../../apps/web/src/main';
import { createEmptyDatabase, testDataFolder } from './database';

export { newUpn, referral } from '../../libs/cases/src/testing/referral';

export interface RunningWeb {
  readonly platform: Platform;
  readonly web: Web;
  close(): Promise<void>;
}

export interface Start {
  /** Where the database is reached instead, such as over a link that a test can cut. */
  readonly through?: (url: string) => Promise<string>;
  readonly env?: Readonly<Record<string, string>>;
  readonly options?: Omit<WebOptions, 'port'>;
}

export async function startWeb({ through, env = {}, options = {} }: Start = {}): Promise<RunningWeb> {
  const empty = await createEmptyDatabase();
  const folder = join(testDataFolder(), empty.name);
  const url = through ? await through(empty.url) : empty.url;
  const platform = await openPlatform({ DATABASE_URL: url, EVENHAND_DATA: folder, ...env });
  await platform.runner.start();
  const web = await createWeb(platform, { port: 0, ...options });
  return {
    platform,
    web,
    async close() {
      await web.close();
      await platform.close();
      await empty.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A person of the demonstration; answers the reference. */
export async function person(
  platform: Platform,
  role: string,
  over: { name?: string; panelIds?: readonly string[]; urns?: readonly string[] } = {},
): Promise<string> {
  const personRef = randomUUID();
  await platform.directory.savePerson({
    personRef,
    name: over.name ?? `A ${role}`,
    role,
    panelIds: over.panelIds ?? [],
    urns: over.urns ?? [],
    demo: true,
  });
  return personRef;
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- whatever the API answers
  readonly body: any;
}

/** A script that is signed in as a person and speaks to the API. */
export class Script {
  private constructor(
    readonly url: string,
    readonly personRef: string,
    readonly cookie: string,
  ) {}

  static async as(url: string, personRef: string): Promise<Script> {
    const answer = await fetch(`${url}/api/session`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ person: personRef }),
    });
    if (answer.status !== 200) throw new Error(`Sign-in answered ${answer.status}: ${await answer.text()}`);
    const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    return new Script(url, personRef, cookie);
  }

  async get(path: string, headers: Record<string, string> = {}): Promise<Answered> {
    return this.send('GET', path, undefined, headers);
  }

  /** With a new key, unless the headers name one. */
  async post(path: string, body: object, headers: Record<string, string> = {}): Promise<Answered> {
    return this.send('POST', path, JSON.stringify(body), {
      'Content-Type': 'application/json',
      'Idempotency-Key': randomUUID(),
      ...headers,
    });
  }

  async send(
    method: string,
    path: string,
    body?: string | Buffer,
    headers: Record<string, string> = {},
  ): Promise<Answered> {
    const answer = await fetch(`${this.url}${path}`, {
      method,
      redirect: 'manual',
      headers: { cookie: this.cookie, ...headers },
      ...(body === undefined ? {} : { body }),
    });
    const text = await answer.text();
    const isJson = /json/.test(answer.headers.get('content-type') ?? '');
    return { status: answer.status, headers: answer.headers, body: isJson && text !== '' ? JSON.parse(text) : text };
  }
}

export interface City {
  readonly panelId: string;
  readonly criterion: string;
  readonly director: string;
  readonly chair: string;
  readonly clerk: string;
  readonly referrer: string;
  readonly member: string;
  readonly today: string;
}

/** A panel with terms in force, its people, and the schools of the sample; everything over the API where there is one. */
export async function city({ platform, web }: RunningWeb): Promise<City> {
  const samples = join(__dirname, '../../samples/schools.csv');
  await platform.directory.loadSchools(readSchoolList(readFileSync(samples)));
  const criterion = randomUUID();
  await platform.directory.saveCriterion({ id: criterion, version: '1', wording: 'Support was tried before a move' });
  const director = await person(platform, 'director', { name: 'Dana Director' });
  const asDirector = await Script.as(web.url, director);
  const established = await asDirector.post('/api/panels', { name: 'Test panel', panelType: 'inclusion' });
  const { panelId } = established.body as { panelId: string };
  const terms = await asDirector.post(`/api/panels/${panelId}/terms`, {
    version: '1',
    quorum: 2,
    requiredRoles: ['chair'],
    criteria: [{ id: criterion, version: '1', mandatory: true }],
    decisionTypes: ['managedMoveSupported', 'supportInSchool', 'alternativeProvision', 'noChange'],
    chairsActionAllowed: true,
  });
  if (established.status !== 201 || terms.status !== 200) {
    throw new Error(`The city was not set up: ${JSON.stringify([established.body, terms.body])}`);
  }
  return {
    panelId,
    criterion,
    director,
    chair: await person(platform, 'chair', { name: 'Charlie Chair', panelIds: [panelId] }),
    clerk: await person(platform, 'clerk', { name: 'Clara Clerk', panelIds: [panelId] }),
    referrer: await person(platform, 'referrer', { name: 'Rita Referrer', urns: ['990001'] }),
    member: await person(platform, 'agencyMember', { name: 'Max Member', panelIds: [panelId] }),
    today: platform.clock.today(),
  };
}
