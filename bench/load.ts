/** The load benchmark: a stream loaded and folded as a command does it, beside reading its rows alone and the peers. */
import { type CaseEvent, caseCodec, caseDecider, caseStream } from '@app/cases';
import { openDatabase } from '@app/database';
import { type CommandEnvelope, eventStoreMigrations, Journal, PostgresEventStore } from '@app/event-store';
import { type Codec, type Decider, type DomainEvent, fold, newId, ruleSetOn, systemClock } from '@app/kernel';
import { type MeetingEvent, meetingCodec, meetingDecider, meetingStream } from '@app/panels';
import { createSealer, FileKeyStore } from '@app/vault';
import { join } from 'node:path';
import { codecs } from '../apps/composition/src/codecs';
import { type Contender, PEERS } from './contenders';
import { millisecondsOf, ratiosOf, rotated, spreadOf } from './measure';
import { installPeers } from './peers';
import { randomFrom } from './random';
import { type Goal, tableOf, times, whole } from './report';
import { type Options, Run } from './run';
import { startScratchServer } from './scratch-server';

const LENGTHS = [10, 100, 1_000] as const;
const STREAMS = 8;
const FULL = { rounds: 20, warmUpMs: 50, measuredMs: 250 };
const QUICK = { rounds: 1, warmUpMs: 20, measuredMs: 60 };

/** Streams whose events hold a child's sealed facts, and streams that hold nothing of a child. */
const KINDS = ['sealed', 'clear'] as const;
type Kind = (typeof KINDS)[number];

interface Reader {
  readonly name: string;
  readonly how: string;
  /** Answers how many events there were. */
  load(stream: string): Promise<number>;
}

interface Found {
  readonly kind: Kind;
  readonly length: number;
  readonly reader: string;
  /** Microseconds a load, one number a round. */
  readonly micros: readonly number[];
}

export async function benchLoad(options: Options): Promise<void> {
  const { quick, seed, signal } = options;
  const run = new Run(options);
  const { say } = run;
  const plan = quick ? QUICK : FULL;
  await installPeers(say, signal);
  run.goOn();
  const server = await startScratchServer();
  const peers: Contender[] = [];
  const found: Found[] = [];
  const readers: Reader[] = [];
  try {
    const settings = await run.settingsOf(server);
    const database = await openDatabase({
      url: await server.database('bench_evenhand'),
      dataFolder: server.folder,
      migrations: eventStoreMigrations,
    });
    const store = new PostgresEventStore({ pool: database.application });
    const keys = new FileKeyStore(join(server.folder, 'keys'));
    const journal = new Journal({
      store,
      codecs,
      sealer: createSealer(keys),
      words: { keep: async () => undefined, read: async () => new Map() },
      clock: systemClock,
      ruleSetOn,
    });
    try {
      for (const open of PEERS) peers.push(await open(server));
      const blind = new Journal({
        store,
        codecs,
        sealer: { ...createSealer(keys), open: () => 'forgotten' },
        words: { keep: async () => undefined, read: async () => new Map() },
        clock: systemClock,
        ruleSetOn,
      });
      readers.push(
        {
          name: 'load and fold',
          how: 'Journal.load (rows, unsealing, checking) and fold with the decider',
          load: (stream) => loaded(journal, stream),
        },
        {
          name: 'the same without unsealing',
          how: 'as above, with a sealer that answers "forgotten": what is left is decoding, checking and folding',
          load: (stream) => loaded(blind, stream),
        },
        {
          name: 'rows alone',
          how: 'the same columns by one prepared statement through pg, JSON parsed',
          load: async (stream) =>
            (
              await database.application.query({
                name: 'rows_alone',
                text: `select position, stream, revision, id, type, data, metadata
                       from log.events where stream = $1 and revision >= 0 order by revision`,
                values: [stream],
              })
            ).rows.length,
        },
        ...peers.map(({ name, loads, load }) => ({ name, how: loads!, load: load! })),
      );
      for (const kind of KINDS)
        for (const length of LENGTHS) {
          say(`Writing ${STREAMS} ${kind} streams of ${length} events to every log …`);
          const streams = await Promise.all(
            Array.from({ length: STREAMS }, (_, at) => write(journal, keys, kind, length, randomFrom(seed + at))),
          );
          const copy = async (peer: Contender, stream: string): Promise<void> => {
            for await (const { id, type, data, metadata, revision } of store.readStream(stream)) {
              run.goOn();
              await peer.append(stream, revision, { id, type, data, metadata });
            }
          };
          await Promise.all(peers.flatMap((peer) => streams.map((stream) => copy(peer, stream))));
          const micros = new Map<string, number[]>(readers.map(({ name }) => [name, []]));
          for (let round = 0; round < plan.rounds; round++) {
            for (const { name, load } of rotated(readers, round)) {
              let next = round;
              const once = async (): Promise<void> => {
                const n = await load(streams[next++ % STREAMS]!);
                if (n !== length) throw new Error(`${name} read ${n} events of ${length}.`);
              };
              run.goOn();
              micros.get(name)!.push(1_000 * (await millisecondsOf(once, plan)));
            }
          }
          const last = (name: string): string => `${name} ${whole(micros.get(name)!.at(-1)!)} µs`;
          say(`${kind}, ${length} events: ${readers.map(({ name }) => last(name)).join(', ')}`);
          found.push(...readers.map(({ name }) => ({ kind, length, reader: name, micros: micros.get(name)! })));
        }
    } finally {
      await Promise.allSettled([store.close(), ...peers.map((peer) => peer.close())]);
      await database.close();
    }
    const microsOf = (kind: Kind, length: number, reader: string): readonly number[] =>
      found.find((one) => one.kind === kind && one.length === length && one.reader === reader)!.micros;
    const goals: Goal[] = KINDS.flatMap((kind) =>
      LENGTHS.map((length) => {
        const value = ratiosOf(microsOf(kind, length, 'load and fold'), microsOf(kind, length, 'rows alone'));
        return {
          goal: `${length} ${kind} events: load and fold at most 1.3 times the rows alone`,
          value,
          met: value.median <= 1.3,
        };
      }),
    );
    run.report('Load benchmark', settings, {
      lines: [
        `One caller, ${STREAMS} streams in turn; ${plan.rounds} rounds of ${plan.measuredMs} ms after ${plan.warmUpMs} ms of warm-up, in rotating order.`,
        '"sealed" are case streams, every event with a child\'s facts; "clear" are meeting streams. The peers hold the same bytes and unseal nothing.',
        ...readers.map(({ name, how }) => `- ${name}: ${how}`),
        '',
        tableOf(
          [
            'stream',
            'events',
            'reader',
            'µs a load, median',
            'min–max',
            'time ÷ rows alone, median of rounds',
            'min–max',
          ],
          found.map(({ kind, length, reader, micros }) => {
            const time = spreadOf(micros);
            const ratio = ratiosOf(micros, microsOf(kind, length, 'rows alone'));
            return [
              kind,
              whole(length),
              reader,
              whole(time.median),
              `${whole(time.min)}–${whole(time.max)}`,
              times(ratio.median),
              `${times(ratio.min)}–${times(ratio.max)}`,
            ];
          }),
          3,
        ),
      ],
      goals,
      numbers: { plan, streams: STREAMS, readers: readers.map(({ name, how }) => ({ name, how })), loads: found },
    });
  } finally {
    await server.remove();
  }
}

/** As a command handler does it; answers how many events there were. */
function loaded(journal: Journal, stream: string): Promise<number> {
  return stream.startsWith('case-')
    ? folded(journal, caseCodec, caseDecider, stream)
    : folded(journal, meetingCodec, meetingDecider, stream);
}

async function folded<S, C, E extends DomainEvent>(
  journal: Journal,
  codec: Codec<E>,
  decider: Decider<S, C, E, never>,
  stream: string,
): Promise<number> {
  const { events } = await journal.load(codec, stream);
  if (fold(decider, events as unknown as readonly E[]) === decider.initial)
    throw new Error(`${stream} folds to nothing.`);
  return events.length;
}

const BATCH = 100;

/** A stream of so many events, a command each; answers its name. */
async function write(
  journal: Journal,
  keys: FileKeyStore,
  kind: Kind,
  length: number,
  random: () => number,
): Promise<string> {
  const commandId = newId();
  const envelope = (): CommandEnvelope => ({
    commandId: newId(),
    correlationId: commandId,
    causationId: commandId,
    tenant: 'default',
    actor: { ref: commandId, role: 'clerk' },
    occurredOn: systemClock.today(),
    provenance: 'live',
  });
  const append = async <E extends DomainEvent>(codec: Codec<E>, stream: string, events: readonly E[]) => {
    for (let from = 0; from < length; from += BATCH) {
      const some = events.slice(from, from + BATCH);
      const outcome = await journal.append(codec, stream, from === 0 ? 'no_stream' : from - 1, some, envelope());
      if (outcome.outcome !== 'appended') throw new Error(`${stream} was not written: ${outcome.outcome}`);
    }
    return stream;
  };
  if (kind === 'sealed') {
    const pupilRef = newId();
    await keys.create(pupilRef);
    return append<CaseEvent>(caseCodec, caseStream(newId()), caseEvents(pupilRef, length, random));
  }
  return append<MeetingEvent>(meetingCodec, meetingStream(newId()), meetingEvents(length, random));
}

function caseEvents(pupilRef: string, length: number, random: () => number): CaseEvent[] {
  const facts = {
    ncYear: 7 + Math.floor(random() * 5),
    mainReason: 'DB',
    senProvision: 'K',
    primaryNeed: 'SEMH',
    careStatus: 'notLookedAfter',
    supportCycles: 2,
    daysSuspended: Math.floor(random() * 40) / 2,
    interventions: ['supportCycle', 'mentoring'],
  } as const;
  const capturedOn = systemClock.today();
  return Array.from({ length }, (_, at): CaseEvent => {
    if (at === 0)
      return {
        type: 'CaseReferred',
        data: {
          pupilRef,
          caseType: 'ManagedMove',
          homeUrn: '990001',
          requested: 'managedMoveSupported',
          child: facts,
          words: { strengths: 'Explains ideas to younger children with patience.' },
        },
      };
    if (at % 3 === 0)
      return {
        type: 'ConsentRecorded',
        data: { pupilRef, child: { party: 'parent', conversationOn: capturedOn, pressureChecked: true } },
      };
    const words = { view: 'I want to try somewhere I can begin again.' };
    return at % 3 === 1
      ? {
          type: 'ParentViewRecorded',
          data: { pupilRef, child: { stance: 'unsure', capturedOn, method: 'phone' }, words },
        }
      : { type: 'PupilViewRecorded', data: { pupilRef, child: { stance: 'unsure', capturedOn }, words } };
  });
}

function meetingEvents(length: number, random: () => number): MeetingEvent[] {
  const panelId = newId();
  const caseIds = Array.from({ length: 6 }, newId);
  const memberRef = newId();
  return Array.from({ length }, (_, at): MeetingEvent => {
    if (at === 0)
      return { type: 'MeetingScheduled', data: { panelId, meetingOn: systemClock.today(), kind: 'ordinary' } };
    const first = Math.floor(random() * 6);
    const ordered = [...caseIds.slice(first), ...caseIds.slice(0, first)];
    return at % 2 === 0
      ? { type: 'AgendaOrdered', data: { items: ordered.map((caseId) => ({ caseId, part: 'B' })) } }
      : {
          type: 'AttendanceRecorded',
          data: { attendees: [{ memberRef, role: 'chair', mode: 'inPerson', votes: true }] },
        };
  });
}
