import { readFileSync } from 'node:fs';
import { PostgresEventStore } from '@app/event-store';
import { PARENT_STANCE_CODES } from '@app/kernel';
import { Pool } from 'pg';
import { MOST_INSIDE } from '../../../apps/web/src/http/gate';
import { linkTo } from '../../../libs/event-store/src/postgres/testing/proxy';
import { createEmptyDatabase } from '../../support/database';
import { LogWitness } from '../log-witness';
import { PeopleAtWork } from '../people';
import { spawnProgram } from '../processes';
import type { ApplicationSaid, ApplicationSettings } from '../programs/application';
import type { Row } from '../row';

const PEOPLE = 8;
/** Asked whether or not the ones before were answered. */
const REQUESTS_A_SECOND = 100;
/** Without delays, before: what the process needs for as many requests when all is well. */
const WARM_UP = 300;
const LOOK_EVERY_MS = 200;
/** A request asks the database at most so much at once. */
const QUERIES_AT_ONCE = 3;
/** The half of the answers takes longer than this, one of a hundred longer than 10 seconds: a lognormal distribution. */
const MEDIAN_MS = 500;
const SPREAD = Math.log(10_000 / MEDIAN_MS) / 2.326;
/** Of the packets; TCP sends again what is lost, after this and then after twice as long. */
const LOST = 0.02;
const SENT_AGAIN_MS = 200;

export const row: Row = {
  id: 'F17',
  title:
    'the store answers slowly (half in over 500 ms, one of a hundred in over 10 s, 2 % of the packets lost) and far more is asked than it can give: 100 requests are inside at most, the others get 503 and Retry-After, memory stays, what was acknowledged is in the log, and all is well again after it',
  unit: 'requests',
  goal: 60_000,
  bounded: 600,
  plantedBugs: [
    {
      id: 'everybody-is-let-in',
      file: 'apps/web/src/http/gate.ts',
      find: 'if (this.#open.size >= MOST_INSIDE)',
      replace: 'if (this.#open.size >= 1_000_000)',
    },
  ],

  async run({ count, folder, random, signal, done, violation, measured, counted }) {
    const database = await createEmptyDatabase();
    const link = await linkTo(database.url);
    const program = spawnProgram<ApplicationSaid>(
      'test/faults/programs/application.ts',
      { projections: true, people: true } satisfies ApplicationSettings,
      { env: { DATABASE_URL: link.url, EVENHAND_DATA: folder } },
    );
    const pool = new Pool({ connectionString: database.url, max: 2 });
    pool.on('error', () => undefined);
    const log = new PostgresEventStore({ pool });
    const witness = new LogWitness();
    const rss = (): number =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${program.pid}/status`, 'utf8'))![1]) / 1024;
    try {
      const { url, referrer } = await program.says((said) => said.url !== undefined);
      const people = new PeopleAtWork({ url: () => url!, referrer: referrer!, witness, violation, counted });
      await people.arrive(PEOPLE);

      /** Sends so many and answers the promises of their answers. `look` sees the process meanwhile. */
      const ask = async (requests: number, look: () => Promise<void>): Promise<Promise<number>[]> => {
        const answers: Promise<number>[] = [];
        let looked = performance.now();
        const begun = looked;
        while (answers.length < requests && !signal.aborted) {
          const due = Math.min(requests, Math.ceil(((performance.now() - begun) / 1_000) * REQUESTS_A_SECOND));
          while (answers.length < due) answers.push(one(answers.length));
          if (performance.now() - looked > LOOK_EVERY_MS) {
            await look();
            looked = performance.now();
          }
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
        await look();
        return answers;
      };
      const one = async (n: number): Promise<number> => {
        const path = `/api/cases/${random.pick(people.cases)}`;
        const stance = PARENT_STANCE_CODES[n % PARENT_STANCE_CODES.length];
        const reads = n % 4 !== 0;
        const answer = await (reads
          ? people.send('GET', path)
          : people.send('POST', `${path}/parent-view`, { stance, method: 'phone', capturedOn: '2026-09-01' }));
        if (!answer) return 0;
        const { status, headers, document } = answer;
        counted(`answers ${status}${status === 503 ? ` ${String(document['code'])}` : ''}`);
        if (status !== 200 && status !== 503) violation(`${path} answered ${status} ${JSON.stringify(document)}`);
        if (status === 503 && !/^[1-9]\d*$/.test(headers.get('retry-after') ?? ''))
          violation(`${path} answered 503 without Retry-After`);
        const events = (document['events'] ?? []) as readonly { id: string; revision: number }[];
        if (status === 200 && !reads && events[0]) {
          witness.proposed(path.replace('/api/cases/', 'case-'), [events[0].id]);
          witness.acknowledged(events[0].id, events[0].revision);
        }
        return status;
      };

      let baseline = 0;
      await Promise.all(await ask(WARM_UP, async () => void (baseline = Math.max(baseline, rss()))));
      measured('RSS when all is well', baseline, 'MB');

      const gauss = (): number => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
      link.delay(() => {
        let ms = MEDIAN_MS * Math.exp(SPREAD * gauss());
        for (let again = SENT_AGAIN_MS; random.next() < LOST; again *= 2) ms += again;
        return ms;
      });
      let most = 0;
      const asked = await ask(count, async () => {
        program.tell({ waiting: true });
        const { waiting } = await program.says((said) => said.waiting !== undefined);
        most = Math.max(most, rss());
        measured('waiting for a connection', waiting!, 'requests');
        if (waiting! > QUERIES_AT_ONCE * MOST_INSIDE)
          violation(
            `${waiting} wait for a connection; ${QUERIES_AT_ONCE} for each of ${MOST_INSIDE} requests at most were expected`,
          );
      });
      measured('RSS while the store is slow', most, 'MB');
      measured('RSS while the store is slow, of that when all is well', most / baseline, '×');
      if (most > 1.5 * baseline)
        violation(
          `RSS went from ${Math.round(baseline)} to ${Math.round(most)} MB; 1.5 times as much at most was expected`,
        );

      link.delay(undefined);
      link.cut();
      const well = performance.now();
      while ((await one(1)) !== 200)
        if (performance.now() - well > 60_000)
          return violation('nothing was answered in the minute after the store was well again');
      measured('until the first answer after the store was well again', performance.now() - well, 'ms');
      const statuses = await Promise.all(asked);
      await witness.knows(log);
      (await witness.broken(log)).forEach(violation);
      done(statuses.length);
    } finally {
      program.kill('SIGKILL');
      await program.ended;
      await link.close();
      await log.close();
      await pool.end();
      await database.drop();
    }
  },
};
