/**
 * Carries out commands as the application does, with `execute`, the journal and the Postgres store and nothing else: small,
 * because it is killed and started again thousands of times. Says `ready` when it has a connection, and each outcome.
 */
import { Pool } from 'pg';
import {
  type Codec,
  type Decider,
  defineCodec,
  defineEvent,
  type DomainEvent,
  type EventsOf,
  fixedClock,
  type Occasion,
  whole,
} from '@app/kernel';
import { execute, RevisionStale } from '../../../libs/event-store/src/execute';
import { Journal } from '../../../libs/event-store/src/journal';
import { PostgresEventStore } from '../../../libs/event-store/src/postgres/postgres-event-store';
import { memoryKeyStore } from '../../../libs/vault/src/memory-key-store';
import { createSealer } from '../../../libs/vault/src/sealer';
import { onTold, say, settings } from '../processes';

export interface CommandsSettings {
  readonly url: string;
}

/** So many notes are to be taken in a stream; `expected` is the revision that the client knows, as If-Match. */
export interface TakeNotes {
  readonly commandId: string;
  readonly stream: string;
  readonly notes: number;
  readonly expected: number | 'no_stream';
}

export interface ToldCommands {
  readonly commands: readonly TakeNotes[];
  /** Where the process kills itself, if it comes there. */
  readonly crashAt?: string;
}

export type CommandsSaid =
  | { readonly ready: true }
  | { readonly commandId: string; readonly firstRevision: number; readonly ids: string[]; readonly position: string }
  | { readonly commandId: string; readonly stale: number | 'no_stream' }
  | { readonly commandId: string; readonly failed: string };

declare global {
  // Read by the crash points that the row plants.
  var crashAt: string | undefined;
}

const codec = defineCodec('note', [
  defineEvent('NoteTaken', 'Somebody took a note.', { clear: { number: whole('the how-manieth of its stream') } }),
]);
type NoteTaken = EventsOf<typeof codec>;

const decider: Decider<number, TakeNotes, NoteTaken> = {
  initial: 0,
  evolve: (taken) => taken + 1,
  decide: ({ notes }, taken) =>
    Array.from({ length: notes }, (_, n) => ({ type: 'NoteTaken', data: { number: taken + n } })),
};

const { url } = settings<CommandsSettings>();
const pool = new Pool({ connectionString: url, max: 4 });
pool.on('error', () => undefined);
pool.on('connect', (client) => client.on('error', () => undefined));
const store = new PostgresEventStore({ pool });
const clock = fixedClock('2026-11-22T12:00:00.000Z');
const journal = new Journal({
  store,
  codecs: [codec as unknown as Codec<DomainEvent>],
  sealer: createSealer(memoryKeyStore()),
  words: { keep: async () => undefined, read: async () => new Map() },
  clock,
  ruleSetOn: () => '2026-09-01',
});
const occasion: Occasion = { provenance: 'live', on: clock.today(), today: clock.today() };

async function carryOut(command: TakeNotes): Promise<CommandsSaid> {
  const { commandId, stream, expected } = command;
  try {
    const executed = await execute(journal, {
      codec,
      decider,
      stream,
      command,
      context: occasion,
      expected,
      envelope: {
        commandId,
        correlationId: commandId,
        causationId: commandId,
        tenant: 'default',
        actor: { ref: commandId, role: 'clerk' },
        occurredOn: occasion.on,
        provenance: 'live',
      },
    });
    if (executed.kind !== 'recorded') return { commandId, failed: executed.kind };
    const { firstRevision, position, events } = executed;
    return { commandId, firstRevision, position, ids: events.map(({ id }) => id) };
  } catch (error) {
    if (error instanceof RevisionStale) return { commandId, stale: error.actual };
    return { commandId, failed: String(error) };
  }
}

void store.head().then(() => {
  onTold<ToldCommands>(({ commands, crashAt }) => {
    globalThis.crashAt = crashAt;
    for (const command of commands)
      void carryOut(command).then((said) => {
        if (globalThis.crashAt === 'before the reply') process.kill(process.pid, 'SIGKILL');
        say(said);
      });
  });
  say({ ready: true } satisfies CommandsSaid);
});
