import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type EventStoreDbOptions, EventStoreDbStore, type StoredEvent } from '@app/event-store';
import { EventStoreDbDouble } from '../../../libs/event-store/src/eventstoredb/testing/event-store-db-double';
import { linkTo } from '../../../libs/event-store/src/postgres/testing/proxy';
import type { Random, Round, Row } from '../row';

/** `forgotten`: the connection is there and carries nothing. `hang`: a subscription that is never confirmed. */
type Drop = 'error' | 'silentEnd' | 'consumerTooSlow' | 'notLeader' | 'cut' | 'silence' | 'hang' | 'forgotten';
const TOLD: readonly Drop[] = ['error', 'silentEnd', 'consumerTooSlow', 'notLeader', 'cut'];
/** Nobody is told of these: they must be found out. */
const UNTOLD: readonly Drop[] = ['silence', 'hang', 'forgotten'];

interface Planned {
  readonly drop: Drop;
  /** Events of the subscription before it. */
  readonly after: number;
}

interface Pace {
  readonly options: EventStoreDbOptions;
  readonly link: string;
  /** Milliseconds without a sign of life or a new subscription, while the log has more, that break the promise. */
  readonly limitMs: number;
}

/** What people have. The matrix: found out within 25 s. */
const AS_IT_IS: Pace = { options: {}, link: '', limitMs: 25_000 };
/** A twentieth of it, first pauses less; the limit has room for a machine that does other work. */
const SCALED: Pace = {
  options: { deadlineMs: 250, patienceMs: 400, silenceMs: 250, retryMs: 2 },
  link: '&keepAliveInterval=500&keepAliveTimeout=500',
  limitMs: 15_000,
};
const LANES = 6;
/** Events that the writer is ahead: the reader has something to read, and is dropped live as well as while it catches up. */
const AHEAD = 20;

const note = (type: string): StoredEvent => ({ id: randomUUID(), type, data: {}, metadata: {} });

/**
 * Before each subscription but the last. Mostly those that are told, which take no time. Who was sent to the leader goes
 * there, past the link: so the network ends subscriptions on one half of the lanes, and the leader on the other.
 */
const plan = (count: number, lane: number, random: Random): Planned[] => {
  const elsewhere: readonly Drop[] = lane % 2 === 0 ? ['notLeader'] : ['cut', 'forgotten'];
  const [told, untold] = [TOLD, UNTOLD].map((drops) => drops.filter((drop) => !elsewhere.includes(drop)));
  return Array.from({ length: count }, () => ({
    drop: random.pick(random.below(12) === 0 ? untold! : told!),
    after: random.below(9),
  }));
};

/** Follows a growing log through these drops, and compares what came with what was written. */
async function follow(drops: readonly Planned[], pace: Pace, round: Round): Promise<void> {
  const { random, signal, done, violation, measured, counted } = round;
  const double = await EventStoreDbDouble.start();
  const link = await linkTo(double.url);
  const store = EventStoreDbStore.connect(link.url + pace.link, pace.options);
  const writer = EventStoreDbStore.connect(double.url);
  // One for each subscription; where the network is to end it, the server lets it be.
  for (const { drop, after } of drops) {
    if (drop === 'hang' || drop === 'notLeader') double.next('subscribe', drop);
    else if (drop === 'cut' || drop === 'forgotten')
      double.next('subscribe', { fault: 'error', afterEvents: Infinity });
    else double.next('subscribe', { fault: drop, afterEvents: after });
  }
  const begun = (): number => double.subscriptions.length;
  const written: string[] = [];
  const read: string[] = [];
  let lastSign = performance.now();
  let readOfThis = 0;
  let stopped = false;

  const write = async (): Promise<void> => {
    while (!stopped && begun() <= drops.length) {
      const events = Array.from({ length: 1 + random.below(6) }, () => note(random.pick(['NoteTaken', 'NotWanted'])));
      const { outcome } = await writer.append(`note-${randomUUID()}`, 'no_stream', events);
      if (outcome !== 'appended') throw new Error(`The writer, whose connection is whole, was answered ${outcome}.`);
      written.push(...events.filter(({ type }) => type === 'NoteTaken').map(({ id }) => id));
      while (!stopped && begun() <= drops.length && written.length > read.length + AHEAD) await pause(1);
    }
  };

  const subscription = store.subscribeAll(undefined, ['NoteTaken']);
  const take = async (): Promise<void> => {
    for await (const batch of subscription) {
      read.push(...batch.map(({ id }) => id));
      readOfThis += batch.length;
      lastSign = performance.now();
    }
  };

  /** Plays the network until everything was followed; answers what was not found out in time. */
  const watch = async (writing: Promise<void>): Promise<string | undefined> => {
    let wrote = false;
    void writing.then(() => (wrote = true));
    let begunAt = performance.now();
    for (let seen = 0, harmed = -1; !signal.aborted; await pause(1)) {
      const now = performance.now();
      if (begun() > seen) {
        const ended = drops[seen - 1];
        if (ended && UNTOLD.includes(ended.drop))
          measured(
            `${ended.drop}, found out after${pace === SCALED ? ' (scaled to a twentieth)' : ''}`,
            Math.round(now - lastSign),
            'ms',
          );
        if (ended) {
          counted(ended.drop);
          done();
        }
        seen += 1;
        readOfThis = 0;
        begunAt = lastSign = now;
      }
      const planned = drops[seen - 1];
      if (planned && harmed < seen && readOfThis >= planned.after) {
        harmed = seen;
        if (planned.drop === 'cut') link.cut();
        if (planned.drop === 'forgotten') link.forget();
      }
      if (wrote && read.length >= written.length) return undefined;
      if (now - begunAt > pace.limitMs)
        return `"${planned?.drop}" after ${planned?.after} events was not found out in ${pace.limitMs / 1000} s: ${read.length} of ${written.length} events came`;
    }
    return undefined;
  };

  try {
    const taking = take();
    const writing = write();
    const late = await watch(writing);
    stopped = true;
    await writing;
    await subscription.stop();
    await taking;
    const wrong = read.findIndex((id, at) => id !== written[at]);
    const place = written.indexOf(read[wrong] ?? '');
    if (wrong >= 0)
      violation(
        place < 0
          ? 'an event came that nobody asked for'
          : place < wrong
            ? `event ${place} came again after event ${wrong - 1}`
            : `${place - wrong} events were missed after event ${wrong - 1}`,
      );
    else if (late) violation(late);
    counted('events followed', read.length);
  } finally {
    stopped = true;
    await Promise.all([store.close(), writer.close(), link.close()]);
    double.stop();
  }
}

const SUPERVISED = 'libs/event-store/src/eventstoredb/supervised-subscription.ts';

export const row: Row = {
  id: 'F10',
  title:
    'a subscription dropped by error, end without error, silence, a half-open link or a cut one after each of its first events: ' +
    'goes on after the last event it took, in order, nothing missed or repeated (I4)',
  unit: 'drops',
  goal: 10_000,
  bounded: 120,
  plantedBugs: [
    {
      id: 'subscription-ends-when-the-server-ends-it-in-silence',
      file: SUPERVISED,
      find: `        await this.#untilDropped(() => {
          answered = true;
        });`,
      replace: `        await this.#untilDropped(() => {
          answered = true;
        });
        return;`,
    },
    {
      id: 'subscription-without-heartbeat',
      file: SUPERVISED,
      find: 'if (!alive && !full) void this.#checkPulse(live);',
      replace: 'void this.#checkPulse; void full;',
    },
    {
      id: 'subscription-resumes-where-it-began',
      file: SUPERVISED,
      find: 'if (event.event) this.#last = event.event.position;',
      replace: 'if (event.event) this.#last ??= event.event.position;',
    },
    {
      id: 'subscription-resumes-from-the-head',
      file: SUPERVISED,
      find: 'const live = this.#parts.open(this.#last, signOfLife);',
      replace: 'const live = this.#parts.open(later(this.#last, behind), signOfLife);',
    },
  ],

  async run(round) {
    const { count, random } = round;
    // eslint-disable-next-line no-console -- the client says on every connection that ten seconds are recommended
    console.warn = () => undefined;
    const work = Array.from({ length: LANES }, (_, lane) =>
      follow(plan(Math.ceil(count / LANES), lane, random), SCALED, round),
    );
    // As it is, in a full run only: a heartbeat of ten seconds takes its time.
    if (count > row.bounded)
      work.push(...UNTOLD.map((drop) => follow([{ drop, after: random.below(4) }], AS_IT_IS, round)));
    await Promise.all(work);
  },
};
