import { randomUUID } from 'node:crypto';
import type { AppendOutcome, ExpectedRevision, StoredEvent } from '@app/event-store';
import {
  type AppendFault,
  EventStoreDbDouble,
  RIDDEN_OUT,
} from '../../../libs/event-store/src/eventstoredb/testing/event-store-db-double';
import { type Program, spawnProgram } from '../processes';
import type { ClientSaid, ClientSettings, ToldClient } from '../programs/eventstoredb-client';
import type { Random, Round, Row } from '../row';

/** Deadlines a tenth of what people have, patience as it is: a leader that changes is ridden out. */
const OPTIONS = { deadlineMs: 500, patienceMs: 8_000, silenceMs: 500, retryMs: 5 };

const FAULTS: readonly AppendFault[] = [...RIDDEN_OUT, 'callGoesDead'];
/** Those after which the same call is served at once: two of them in a row are still ridden out. */
const TOLD = FAULTS.filter(
  (fault) => !['dropAnswer', 'dropBeforeWrite', 'callGoesDead'].some((name) => name === fault),
);

/** They wait for deadlines more than they work. */
const LANES = 4;

const SITUATIONS = [
  /** The stream is new. */
  'fresh',
  /** Three events onto a stream that has some. */
  'batch',
  /** Somebody else was first. */
  'tooLate',
  /** Somebody else writes to the stream as soon as the server has dealt with the append once. */
  'overtaken',
  /** The same append was acknowledged before, and the stream has moved on. */
  'repeated',
  /** Beside nineteen others in one tick. */
  'inACrowd',
  /** While an append to another server waits in the same process: their client's table of appends is one. */
  'besideAnotherServer',
] as const;

const LEADERS = ['leaderMoves', 'leaderDies', 'leaderFreezes'] as const;

type Case =
  | { readonly situation: (typeof SITUATIONS)[number]; readonly faults: readonly AppendFault[] }
  | { readonly situation: (typeof LEADERS)[number]; readonly faults: readonly AppendFault[] }
  | { readonly situation: 'failuresNotThrown'; readonly faults: readonly [] };

/** 200: every fault in every situation, pairs of faults, changes of leader, and the mode that hides conflicts. */
function cases(random: Random): Case[] {
  const all: Case[] = SITUATIONS.flatMap((situation) => FAULTS.map((fault) => ({ situation, faults: [fault] })));
  for (let n = 0; n < 34; n++)
    all.push({ situation: LEADERS[n % 3]!, faults: n < 3 ? [] : [FAULTS[n % FAULTS.length]!] });
  while (all.length < 199)
    all.push({ situation: random.pick(SITUATIONS), faults: [random.pick(TOLD), random.pick(TOLD)] });
  for (let n = all.length - 1; n > 0; n--) {
    const other = random.below(n + 1);
    [all[n], all[other]] = [all[other]!, all[n]!];
  }
  return [{ situation: 'failuresNotThrown', faults: [] }, ...all];
}

const event = (): StoredEvent => ({ id: randomUUID(), type: 'NoteTaken', data: {}, metadata: {} });
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

class Script {
  #n = 0;
  #frozen = false;
  private constructor(
    private readonly round: Pick<Round, 'counted'>,
    private readonly client: Program<ClientSaid>,
    private readonly server: EventStoreDbDouble,
    private readonly another: EventStoreDbDouble,
    private readonly nodes: readonly EventStoreDbDouble[],
  ) {}

  static async start(round: Pick<Round, 'counted'>): Promise<Script> {
    const client = spawnProgram<ClientSaid>('test/faults/programs/eventstoredb-client.ts', {
      options: OPTIONS,
    } satisfies ClientSettings);
    const [server, another, nodes] = await Promise.all([
      EventStoreDbDouble.start(),
      EventStoreDbDouble.start(),
      EventStoreDbDouble.cluster(3),
    ]);
    await client.says(({ n }) => n === 0);
    return new Script(round, client, server, another, nodes);
  }

  close(): void {
    this.client.kill('SIGKILL');
    for (const double of [this.server, this.another, ...this.nodes]) double.stop();
  }

  /** Rejects when the process ends instead of answering. */
  #append(
    url: string,
    stream: string,
    expected: ExpectedRevision,
    events: readonly StoredEvent[],
  ): Promise<ClientSaid> {
    const n = ++this.#n;
    this.client.tell({ n, url, stream, expected, events } satisfies ToldClient);
    return this.client.says((said) => said.n === n);
  }

  /** What is wrong with how one case came out; undefined when all is as it should be. */
  async play({ situation, faults }: Case): Promise<string | undefined> {
    if (situation === 'failuresNotThrown') return this.#refusesNotToThrow();
    if (situation === 'leaderMoves' || situation === 'leaderDies' || situation === 'leaderFreezes')
      return this.#withLeaders(situation, faults);
    const { log, url } = this.server;
    this.#frozen = false;
    const stream = `note-${randomUUID()}`;
    const events = Array.from({ length: situation === 'batch' ? 3 : 1 }, event);
    let expected: ExpectedRevision = 'no_stream';
    if (situation === 'batch') {
      for (let n = 0; n < 2; n++) this.#somebodyElseWrites(stream);
      expected = 1;
    }
    if (situation === 'repeated')
      await this.#settled(await this.#append(url, stream, expected, events), url, stream, expected, events);
    if (situation === 'repeated' || situation === 'tooLate') this.#somebodyElseWrites(stream);

    const beside =
      situation === 'inACrowd'
        ? Array.from({ length: 19 }, () => ({ url, stream: `note-${randomUUID()}`, events: [event()] }))
        : situation === 'besideAnotherServer'
          ? [{ url: this.another.url, stream: `note-${randomUUID()}`, events: [event()] }]
          : [];
    if (situation === 'besideAnotherServer') this.another.next('append', { delayMs: 30 });
    this.server.next('append', ...faults);
    const [answer, ...others] = [
      this.#append(url, stream, expected, events),
      ...beside.map((one) => this.#append(one.url, one.stream, 'no_stream', one.events)),
    ];
    if (situation === 'overtaken') {
      while (!this.server.appends.some(({ ids }) => ids[0] === events[0]!.id)) await turn();
      this.#somebodyElseWrites(stream);
    }
    const settled = await this.#settled(await answer!, url, stream, expected, events);
    const found = [wrongWith(this.server, stream, events, settled)];
    for (const [at, one] of beside.entries()) {
      const server = one.url === url ? this.server : this.another;
      const said = await this.#settled(await others[at]!, one.url, one.stream, 'no_stream', one.events);
      found.push(wrongWith(server, one.stream, one.events, said));
    }
    if (situation === 'tooLate' && log.stream(stream).length !== 1) found.push('the loser of the race is in the log');
    return found.find((wrong) => wrong !== undefined);
  }

  #somebodyElseWrites(stream: string): void {
    const { id, type } = event();
    const bytes = Buffer.from('{}');
    this.server.log.append(stream, 'any', [
      { id, type, contentType: 'application/json', data: bytes, metadata: bytes },
    ]);
  }

  async #withLeaders(change: (typeof LEADERS)[number], faults: readonly AppendFault[]): Promise<string | undefined> {
    const [nodes, stream, events] = [this.nodes, `note-${randomUUID()}`, [event(), event()]];
    const url = `esdb://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}?tls=false&nodePreference=leader`;
    const leader = nodes[0]!.leader;
    const next = nodes[(nodes.indexOf(leader) + 1) % nodes.length]!;
    const lead = (): void => nodes.forEach((node) => (node.leader = next));
    leader.next('append', ...faults, { delayMs: 10 });
    this.#frozen = change === 'leaderFreezes';
    if (this.#frozen) leader.freeze();
    const answer = this.#append(url, stream, 'no_stream', events);
    // In the middle of it: the leader may have dealt with it once.
    if (!this.#frozen) for (let n = 0; n < 20; n++) await turn();
    if (change === 'leaderDies') leader.refuse();
    lead();
    const said = await answer;
    if (change === 'leaderDies') await leader.accept();
    if (change === 'leaderFreezes') leader.thaw();
    return wrongWith(leader, stream, events, await this.#settled(said, url, stream, 'no_stream', events));
  }

  /**
   * Whoever is told that the outcome is unknown sends the same again. That is right where nothing was heard within the
   * deadline, from a leader that froze or on a machine that was busy; all else the adapter must settle by itself.
   */
  async #settled(
    said: ClientSaid,
    url: string,
    stream: string,
    expected: ExpectedRevision,
    events: readonly StoredEvent[],
  ): Promise<ClientSaid> {
    let last = said;
    for (let sent = 1; sent < 5 && last.outcome?.outcome === 'unknown'; sent++) {
      if (!/NoAnswer|no answer in/.test(last.outcome.reason) && !this.#frozen) return last;
      this.round.counted('outcomes unknown for want of an answer, sent again');
      last = await this.#append(url, stream, expected, events);
    }
    return last;
  }

  /** The client's mode that tells a wrong revision of a conflict must not be had. */
  async #refusesNotToThrow(): Promise<string | undefined> {
    const { threw } = await this.#append(`${this.server.url}&throwOnAppendFailure=false`, 'note-1', 'no_stream', [
      event(),
    ]);
    return threw?.includes('throwOnAppendFailure') ? undefined : 'a connection that hides conflicts was made';
  }
}

/** The server is well again and the stream is read: the outcome must be what the log shows (I1, I2, I5, I8). */
function wrongWith(
  { log }: EventStoreDbDouble,
  stream: string,
  events: readonly StoredEvent[],
  { outcome, threw }: ClientSaid,
): string | undefined {
  const records = log.stream(stream);
  const ours = records.filter(({ id }) => events.some((one) => one.id === id));
  const told = `was answered ${threw ?? JSON.stringify(outcome)}`;
  if (ours.length !== 0 && ours.length !== events.length)
    return `an append of ${events.length} events is in the log as ${ours.length}, and ${told}`;
  if (!outcome) return `an append ${told}`;
  const right: AppendOutcome =
    ours.length > 0
      ? {
          outcome: 'appended',
          firstRevision: Number(ours[0]!.revision),
          lastRevision: Number(ours.at(-1)!.revision),
          position: `${ours.at(-1)!.position}:${ours.at(-1)!.position}`,
        }
      : { outcome: 'conflict', actual: Number(records.at(-1)?.revision ?? -1) };
  if (ours.length === 0 && records.length === 0)
    return `an append that nothing stood against is not in the log, and ${told}`;
  return JSON.stringify(outcome) === JSON.stringify(right)
    ? undefined
    : `an append ${told}; the log shows ${JSON.stringify(right)}`;
}

async function playAll(list: readonly Case[], round: Round): Promise<void> {
  const { signal, done, violation, counted } = round;
  const script = await Script.start(round);
  try {
    for (const one of list) {
      if (signal.aborted) return;
      const title = `${one.situation} [${one.faults.map((fault) => JSON.stringify(fault)).join(', ')}]`;
      const wrong = await script
        .play(one)
        .catch((error: Error) => `the process did not live through it: ${error.message}`);
      if (wrong !== undefined) {
        violation(`${title}: ${wrong}`);
        if (wrong.startsWith('the process')) return;
      }
      counted(one.situation);
      done();
    }
  } finally {
    script.close();
  }
}

const ADAPTER = 'libs/event-store/src/eventstoredb';

export const row: Row = {
  id: 'F13',
  title:
    'scripted appends to EventStoreDB (NotLeader, leaders that move, die and freeze, time-outs after and before the write, late and ' +
    'double answers, conflicts, several at once): the process lives, and each outcome is what the log shows (I1, I2, I5, I8)',
  unit: 'cases',
  goal: 200,
  bounded: 80,
  round: 200,
  plantedBugs: [
    {
      id: 'late-answer-of-the-client-not-guarded',
      file: `${ADAPTER}/connection.ts`,
      find: `    } catch {
      this.strayAnswers += 1;
    }`,
      replace: `    } finally {
      this.strayAnswers += 1;
    }`,
    },
    {
      id: 'time-out-of-the-server-is-final',
      file: `${ADAPTER}/failures.ts`,
      find: '    error instanceof DeadlineExceededError ||\n',
      replace: '',
    },
    {
      id: 'append-read-back-by-number-of-events',
      file: `${ADAPTER}/event-store-db-store.ts`,
      find: 'records.length === ids.length && records.every((record, index) => record.id === ids[index])',
      replace: 'records.length === ids.length',
    },
    {
      id: 'connection-may-hide-conflicts',
      file: `${ADAPTER}/url.ts`,
      find: `options.get('throwonappendfailure') === 'false'`,
      replace: `options.get('throwonappendfailure') === 'never'`,
    },
  ],

  async run(round) {
    const list = cases(round.random).slice(0, round.count);
    const lanes = Array.from({ length: LANES }, (_, lane) => list.filter((_, n) => n % LANES === lane));
    await Promise.all(lanes.map((lane) => playAll(lane, round)));
  },
};
