/** The HTTP benchmark: commands and pages of the built application with 8 clients, its read models in a worker's process. */
import { newId } from '@app/kernel';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { createServer } from 'node:net';
import { extname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { referral } from '../libs/cases/src/testing/referral';
import { keptFolder, type Loaded, openLoaded } from './loaded';
import { perSecond, quantile, rotated, type Slice, type Spread, spreadOf } from './measure';
import { type Goal, tableOf, times } from './report';
import { type Options, Run } from './run';
import { startScratchServer } from './scratch-server';

const CLIENTS = 8;
const FULL = { events: 100_000, rounds: 10, warmUpMs: 500, measuredMs: 3_000 };
const QUICK = { events: 10_000, rounds: 1, warmUpMs: 200, measuredMs: 800 };
const START_MS = 120_000;

/** Something that a client does again and again; answers how long it took, in ms, by what is measured of it. */
interface Work {
  readonly name: string;
  readonly how: string;
  once(): Promise<Readonly<Record<string, number>>>;
}

export async function benchHttp(options: Options): Promise<void> {
  const { quick, seed, signal } = options;
  const run = new Run(options);
  const { say } = run;
  const plan = { ...(quick ? QUICK : FULL), ...(options.events ? { events: options.events } : {}) };
  const server = await startScratchServer(keptFolder());
  const children: ChildProcess[] = [];
  try {
    const settings = await run.settingsOf(server);
    // A database of its own: what this writes is in no other benchmark's log.
    const loaded = await openLoaded({ server, events: plan.events, seed, signal, say, name: 'http' });
    const took = new Map<string, number[][]>();
    let works: readonly Work[];
    try {
      await server.drop('bench_floor');
      const floorUrl = await server.database('bench_floor');
      await makeFloor(floorUrl);
      const start = async (program: string, env: NodeJS.ProcessEnv, ready: string): Promise<string> => {
        const started = await launch(program, env, ready, children, signal);
        run.goOn();
        return started;
      };
      say('Starting the worker, the web application and the bare express route …');
      await start('../apps/worker/src/main', loaded.env, '/health/ready');
      const web = await start('../apps/web/src/main', loaded.env, '/health/live');
      const floor = await start('http-floor', { DATABASE_URL: floorUrl }, '/health/live');
      works = await worksOn(loaded, web, floor);
      const slice: Slice = { callers: CLIENTS, warmUpMs: plan.warmUpMs, measuredMs: plan.measuredMs };
      for (let round = 0; round < plan.rounds; round++) {
        for (const work of rotated(works, round)) {
          const from = performance.now() + slice.warmUpMs;
          const parts = new Map<string, number[]>();
          const once = async (): Promise<void> => {
            for (const [part, ms] of Object.entries(await work.once())) {
              if (performance.now() < from) continue;
              parts.set(part, [...(parts.get(part) ?? []), ms]);
            }
          };
          await perSecond(() => once, slice, signal);
          for (const [part, all] of parts) took.set(part, [...(took.get(part) ?? []), all]);
        }
        const p99s = [...took].map(([part, rounds]) => `${part} ${quantile(rounds.at(-1)!, 0.99).toFixed(0)} ms`);
        say(`Round ${round + 1} of ${plan.rounds}, p99: ${p99s.join(', ')}`);
      }
    } finally {
      await stop(children);
      await loaded.close();
    }
    const all = (part: string): number[] => took.get(part)!.flat();
    const byRound = (part: string, share: number): Spread => spreadOf(took.get(part)!.map((of) => quantile(of, share)));
    const under = (part: string, share: number, ms: number, words: string): Goal => {
      const value = byRound(part, share);
      return { goal: `${words} under ${ms} ms`, value, met: value.median < ms };
    };
    const goals = [
      under(REFERRED, 0.99, 50, 'refer a case: p99'),
      under(VIEW, 0.99, 50, "record a parent's view: p99"),
      under(VISIBLE, 0.99, 100, 'referred until its case is read: p99'),
    ];
    const floorMedian = quantile(all(FLOOR), 0.5);
    run.report('HTTP benchmark', settings, {
      lines: [
        `${plan.events} events behind it; ${CLIENTS} clients in this process, each with one request under way on a connection that is kept; web,`,
        `worker and the bare route in processes of their own. ${plan.rounds} rounds of ${plan.measuredMs} ms after ${plan.warmUpMs} ms, in rotating order.`,
        "A command's answer waits until the read models have passed it, so its time is that of recording and showing together.",
        ...works.map(({ name, how }) => `- ${name}: ${how}`),
        '',
        tableOf(
          ['work', 'requests', 'p50 ms', 'p95 ms', 'p99 ms', 'p99, min–max of rounds', 'p50 ÷ bare insert'],
          [...took.keys()].map((part) => {
            const { min, max } = byRound(part, 0.99);
            const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => quantile(all(part), share));
            return [
              part,
              String(all(part).length),
              p50!.toFixed(1),
              p95!.toFixed(1),
              p99!.toFixed(1),
              `${min.toFixed(1)}–${max.toFixed(1)}`,
              times(p50! / floorMedian),
            ];
          }),
        ),
      ],
      goals,
      numbers: { plan, milliseconds: Object.fromEntries(took) },
    });
  } finally {
    await stop(children);
    await server.remove();
  }
}

const REFERRED = 'refer a case';
const VISIBLE = 'refer, until its case is read';
const VIEW = "record a parent's view";
const FLOOR = 'bare insert';

const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

function send(method: string, url: string, cookie: string, body?: object): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      ...(cookie === '' ? {} : { cookie }),
      ...(text === undefined
        ? {}
        : {
            'Content-Type': 'application/json',
            'Content-Length': Buffer.byteLength(text),
            'Idempotency-Key': newId(),
          }),
    };
    const asked = request(url, { method, agent, headers }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('error', reject);
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          text: Buffer.concat(parts).toString('utf8'),
        }),
      );
    });
    asked.on('error', reject);
    asked.end(text);
  });
}

async function expected(status: number, asked: Promise<Answer>): Promise<Answer> {
  const answer = await asked;
  if (answer.status !== status)
    throw new Error(`Answered ${answer.status}, not ${status}: ${answer.text.slice(0, 400)}`);
  return answer;
}

async function worksOn({ platform }: Loaded, web: string, floor: string): Promise<Work[]> {
  const signedIn = async (role: string, urns: readonly string[]): Promise<string> => {
    const personRef = newId();
    await platform.directory.savePerson({ personRef, name: `A ${role}`, role, panelIds: [], urns, demo: true });
    const answer = await expected(200, send('POST', `${web}/api/session`, '', { person: personRef }));
    return String(answer.headers['set-cookie']?.[0]).split(';')[0]!;
  };
  const referrer = await signedIn('referrer', ['990001']);
  const director = await signedIn('director', []);
  const { rows } = await platform.database.application.query<{ case_id: string }>(
    'select case_id from read.case_list order by last_event_on desc, case_id limit 500',
  );
  const timed = async (asked: () => Promise<unknown>): Promise<number> => {
    const from = performance.now();
    await asked();
    return performance.now() - from;
  };
  const referred: string[] = [];
  const refer = async (): Promise<Readonly<Record<string, number>>> => {
    const from = performance.now();
    const answer = await expected(201, send('POST', `${web}/api/cases`, referrer, referral()));
    const answered = performance.now() - from;
    const { caseId } = JSON.parse(answer.text) as { caseId: string };
    while ((await send('GET', `${web}/api/cases/${caseId}`, referrer)).status !== 200)
      if (performance.now() - from > 5_000) throw new Error('A case was referred and is not to be read after 5 s.');
    referred.push(caseId);
    return { [REFERRED]: answered, [VISIBLE]: performance.now() - from };
  };
  let next = 0;
  const page = (name: string, path: () => string): Work => ({
    name,
    how: `GET ${path().replace(/[0-9a-f-]{36}/, ':caseId')} as the director`,
    once: async () => ({ [name]: await timed(() => expected(200, send('GET', `${web}${path()}`, director))) }),
  });
  for (let at = 0; at < CLIENTS; at++) await refer();
  return [
    { name: REFERRED, how: 'POST /api/cases as a referrer; then GET /api/cases/:caseId', once: refer },
    {
      name: VIEW,
      how: 'POST /api/cases/:caseId/parent-view as the referrer',
      once: async () => {
        const caseId = referred[next++ % referred.length]!;
        const body = { stance: 'unsure', capturedOn: platform.clock.today(), method: 'phone', view: `View ${next}` };
        return {
          [VIEW]: await timed(() =>
            expected(200, send('POST', `${web}/api/cases/${caseId}/parent-view`, referrer, body)),
          ),
        };
      },
    },
    page('case list', () => '/cases'),
    page('case page', () => `/cases/${rows[next++ % rows.length]!.case_id}`),
    page('consistency page', () => '/consistency/panels'),
    {
      name: FLOOR,
      how: "a bare express route that does one INSERT of the referral's body",
      once: async () => ({
        [FLOOR]: await timed(() => expected(201, send('POST', `${floor}/insert`, '', referral()))),
      }),
    },
  ];
}

async function makeFloor(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('create table bodies (id uuid primary key, body json not null)');
  } finally {
    await client.end();
  }
}

/** A program of the application on a free port, from the same kind of file as this one; answers its URL once it is well. */
async function launch(
  program: string,
  env: NodeJS.ProcessEnv,
  ready: string,
  children: ChildProcess[],
  signal: AbortSignal,
): Promise<string> {
  const port = await freePort();
  const file = join(__dirname, `${program}${extname(__filename)}`);
  const child = spawn(process.execPath, [...process.execArgv, file], {
    env: { ...process.env, ...env, PORT: String(port), HOST: '127.0.0.1' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  children.push(child);
  let said = '';
  child.stderr!.on('data', (part) => (said = `${said}${String(part)}`.slice(-2_000)));
  const url = `http://localhost:${port}`;
  const deadline = performance.now() + START_MS;
  while (!signal.aborted) {
    const answer = await send('GET', `${url}${ready}`, '').catch(() => undefined);
    if (answer?.status === 200) return url;
    if (child.exitCode !== null || performance.now() > deadline) throw new Error(`${file} did not start: ${said}`);
    await pause(100);
  }
  return url;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

async function stop(children: readonly ChildProcess[]): Promise<void> {
  agent.destroy();
  await Promise.all(
    children.map(async (child) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
      await exited;
      clearTimeout(timer);
    }),
  );
}
