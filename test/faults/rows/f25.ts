import { systemClock } from '@app/kernel';
import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { Client } from 'pg';
import { createEmptyDatabase } from '../../support/database';
import { referral } from '../../../libs/cases/src/testing/referral';
import { type Program, spawnProgram } from '../processes';
import type { ApplicationSaid, ApplicationSettings } from '../programs/application';
import type { Row } from '../row';

const KEYS_AT_ONCE = 6;
const CASES = 6;
const STORM = 50;
/** Of so many keys one is sent fifty times at once; the others two to five times. */
const KEYS_A_STORM = 50;
/** Of so many keys one meets the application's end by kill -9. */
const KEYS_A_CRASH = 250;
const AGAIN_MS = 100;

interface Answer {
  readonly status: number;
  readonly document: Readonly<Record<string, unknown>>;
}

export const row: Row = {
  id: 'F25',
  title:
    'requests of the API are sent again under their key, up to fifty times at once, with another body, over a kill of the application, after six days and after eight: one set of events and one answer a key, 422 for another body (I9)',
  unit: 'keys',
  goal: 100_000,
  bounded: 30,
  round: 2_000,
  plantedBugs: [
    {
      id: 'key-not-reserved-for-one',
      file: 'apps/web/src/http/requests.ts',
      find: '    if (made.rowCount === 1) {',
      replace: '    if (made.rowCount !== null) {',
    },
    {
      id: 'key-given-to-another-body',
      file: 'apps/web/src/http/requests.ts',
      find: '    if (!row.same) throw otherBody();',
      replace: '',
    },
  ],

  async run({ count, folder, random, signal, done, violation, counted }) {
    const empty = await createEmptyDatabase();
    const operator = new Client({ connectionString: empty.url });
    await operator.connect();
    const start = (people: boolean): Program<ApplicationSaid> =>
      spawnProgram<ApplicationSaid>(
        'test/faults/programs/application.ts',
        { projections: true, people } satisfies ApplicationSettings,
        { env: { DATABASE_URL: empty.url, EVENHAND_DATA: `${folder}/data` } },
      );
    let application = start(true);
    const first = await application.says((said) => said.url !== undefined);
    /** Of the application; while it is being started again, of the one to come. */
    let url = Promise.resolve(first.url!);
    let cookie = '';

    const request = async (path: string, key: string, body: object): Promise<Answer | undefined> => {
      const at = await url;
      try {
        const answer = await fetch(`${at}${path}`, {
          method: 'POST',
          headers: { cookie, 'Content-Type': 'application/json', 'Idempotency-Key': key },
          body: JSON.stringify(body),
        });
        const document = (await answer.json()) as Answer['document'];
        if (document['code'] === 'request-in-flight' && answer.headers.get('retry-after') === null)
          violation(`${path} answered "being worked on" without Retry-After`);
        return {
          status: answer.status,
          // The number of a request is its own.
          document: Object.fromEntries(Object.entries(document).filter(([name]) => name !== 'requestId')),
        };
      } catch {
        counted('requests whose connection was lost');
        return undefined;
      }
    };
    /** Until it has an answer that is final. */
    const settled = async (path: string, key: string, body: object): Promise<Answer> => {
      for (;;) {
        const answer = await request(path, key, body);
        counted('requests');
        if (answer && answer.document['code'] !== 'request-in-flight' && answer.status !== 503) return answer;
        if (answer) counted(`answers ${answer.status}, sent again`);
        await pause(AGAIN_MS);
      }
    };
    const crash = async (): Promise<void> => {
      await pause(random.below(30));
      let isUp!: (url: string) => void;
      url = new Promise((resolve) => (isUp = resolve));
      application.kill('SIGKILL');
      await application.ended;
      counted('kills of the application');
      application = start(false);
      const again = await application.says((said) => said.url !== undefined);
      // The five seconds in which the dead process might still be at it.
      await operator.query(`update app.requests set held_until = now() where state = 'reserved'`);
      isUp(again.url!);
    };

    const told = new Set<string>();
    let referrals = 0;
    /** What every sending of one request must have come to; answers the event that it has recorded. */
    const oneAnswer = (what: string, answers: readonly Answer[]): void => {
      const [one] = answers as [Answer];
      const other = answers.find((answer) => !isDeepStrictEqual(answer, one));
      if (other) violation(`${what}: answered ${JSON.stringify(one)} and ${JSON.stringify(other)}`);
      const events = (one.document['events'] ?? []) as readonly { id: string }[];
      if (one.status >= 300 || events.length !== 1) violation(`${what}: answered ${JSON.stringify(one)}`);
      for (const { id } of events) {
        if (told.has(id)) violation(`${what}: answered with the event of another key`);
        told.add(id);
      }
    };

    try {
      const session = await fetch(`${first.url}/api/session`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ person: first.referrer }),
      });
      cookie = (session.headers.get('set-cookie') ?? '').split(';')[0]!;
      const cases = await Promise.all(
        Array.from({ length: CASES }, async () => {
          const { document } = await settled('/api/cases', randomUUID(), referral());
          return document['caseId'] as string;
        }),
      );
      // Its read model shows a case before its answer is given, or a moment later.
      for (const caseId of cases)
        while ((await fetch(`${await url}/api/cases/${caseId}`, { headers: { cookie } })).status !== 200)
          await pause(AGAIN_MS);
      const { rows: before } = await operator.query<{ position: string }>(
        'select max(position) as position from log.events',
      );

      const capturedOn = systemClock.today();
      const useKey = async (n: number): Promise<void> => {
        const key = randomUUID();
        const refers = n % 10 === 3;
        const path = refers ? '/api/cases' : `/api/cases/${random.pick(cases)}/parent-view`;
        // Words make it a new view each time: sent under two keys it is recorded twice.
        const body = refers
          ? referral()
          : {
              stance: 'supportsMove',
              capturedOn,
              method: 'phone',
              view: createHash('sha256').update(key).digest('hex'),
            };
        const storms = n % KEYS_A_STORM === 7;
        const crashes = n % KEYS_A_CRASH === 20;
        const sendings = storms ? STORM : 2 + random.below(4);
        const what = `key ${n}, ${path}, ${sendings} times at once${crashes ? ', over a kill' : ''}`;
        const sent = Array.from({ length: sendings }, () => settled(path, key, body));
        if (crashes) await crash();
        const answers = await Promise.all(sent);
        if (n % 3 === 0) answers.push(await settled(path, key, body));
        oneAnswer(what, answers);
        if (refers) referrals++;
        if (storms) counted('keys sent fifty times at once');
        if (n % 3 === 1) {
          const other = await settled(path, key, {
            ...body,
            ...(refers ? { requested: 'noChange' } : { method: 'inPerson' }),
          });
          if (other.status !== 422 || other.document['code'] !== 'idempotency-key-reused')
            violation(`${what}: another body under its key was answered ${JSON.stringify(other)}, not 422`);
          counted('keys sent with another body');
        }
        if (!refers && n % 20 === 11) {
          const [commandId] = (
            await operator.query(`select metadata ->> 'commandId' as id from log.events where id = $1`, [
              (answers[0]!.document['events'] as readonly { id: string }[])[0]?.id,
            ])
          ).rows.map(({ id }) => id as string);
          const afterDays = async (days: number): Promise<readonly Answer[]> => {
            await operator.query(
              `update app.requests set reserved_at = now() - make_interval(days => $2) where command_id = $1`,
              [commandId, days],
            );
            // As the policy sweep-requests does every minute.
            await operator.query(`delete from app.requests where reserved_at < now() - interval '7 days'`);
            return Promise.all([1, 2, 3].map(() => settled(path, key, body)));
          };
          const sixth = await afterDays(6);
          if (!sixth.every((answer) => isDeepStrictEqual(answer, answers[0])))
            violation(`${what}: after six days answered ${JSON.stringify(sixth)}`);
          // Then it is a new request, which has one answer again.
          oneAnswer(`${what}, after eight days`, await afterDays(8));
          counted('keys used again after eight days');
        }
        done();
      };
      for (let n = 0; n < count && !signal.aborted; n += KEYS_AT_ONCE)
        await Promise.all(Array.from({ length: Math.min(KEYS_AT_ONCE, count - n) }, (_, k) => useKey(n + k)));

      const { rows } = await operator.query<{ id: string; type: string }>(
        'select id, type from log.events where position > $1',
        [before[0]!.position],
      );
      const untold = rows.filter(({ id }) => !told.has(id));
      const opened = untold.filter(({ type }) => type === 'PupilCaseOpened').length;
      if (untold.length !== referrals || opened !== referrals || rows.length !== told.size + referrals)
        violation(
          `${told.size} events were told, ${rows.length} are in the log; beside those told ${untold.length}, where ${referrals} referrals have one each`,
        );
    } finally {
      application.kill('SIGKILL');
      await application.ended;
      await operator.end();
      await empty.drop();
    }
  },
};
