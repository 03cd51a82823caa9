import {
  type Decider,
  defineCodec,
  defineEvent,
  type EventsOf,
  newId,
  type Occasion,
  refusal,
  Refused,
  whole,
} from '@app/kernel';
import { execute, OutcomeUnknown, RevisionStale } from './execute';
import { commandEnvelope, memoryJournal } from './testing/journal';

const codec = defineCodec('tally', [defineEvent('TallyRaised', 'Raised', { clear: { by: whole('by how much') } })]);
type Raised = EventsOf<typeof codec>;
const raised = (by: number): Raised => ({ type: 'TallyRaised', data: { by } });

/** Raises up to a goal: nothing when it is there, refused when it is above. */
const decider: Decider<number, { to: number }, Raised> = {
  initial: 0,
  evolve: (sum, event) => sum + event.data.by,
  decide: ({ to }, sum) =>
    to < sum ? new Refused([refusal('above', 'It is above that.')]) : to === sum ? [] : [raised(to - sum)],
};
const context: Occasion = { provenance: 'live', on: '2026-11-20', today: '2026-11-22' };
const stream = `tally-${newId()}`;
const start = () => {
  const parts = memoryJournal([codec]);
  const raise = (to: number, envelope = commandEnvelope(), expected?: number | 'no_stream') =>
    execute(parts.journal, {
      codec,
      decider,
      stream,
      command: { to },
      context,
      envelope,
      ...(expected === undefined ? {} : { expected }),
    });
  return { ...parts, raise };
};

describe('execute', () => {
  it('records, finds nothing to do, and refuses', async () => {
    const { raise } = start();
    expect(await raise(3)).toMatchObject({ kind: 'recorded', firstRevision: 0, lastRevision: 0, events: [raised(3)] });
    expect(await raise(3)).toEqual({ kind: 'nothing', revision: 0 });
    expect(await raise(1)).toEqual({ kind: 'refused', reasons: [refusal('above', 'It is above that.')] });
  });

  it('decides anew after a conflict', async () => {
    const { raise, journal, store } = start();
    await raise(1);
    store.before = async () => void (await journal.append(codec, stream, 0, [raised(5)], commandEnvelope()));
    expect(await raise(10)).toMatchObject({ kind: 'recorded', firstRevision: 2, events: [raised(4)] });
  });

  it('answers what its command id recorded, also when the stream has moved on or was expected elsewhere', async () => {
    const { raise, store } = start();
    const envelope = commandEnvelope();
    const first = await raise(3, envelope, 'no_stream');
    await raise(8);
    const again = await raise(3, envelope, 'no_stream');
    expect(again).toMatchObject({ kind: 'recorded', firstRevision: 0, lastRevision: 0, events: [raised(3)] });
    expect(again).toMatchObject({ position: (first as { position: string }).position });
    expect(store.log).toHaveLength(2);
  });

  it('refuses a stale revision and says which it is at', async () => {
    const { raise, journal, store } = start();
    await raise(3, commandEnvelope(), 'no_stream');
    await expect(raise(4, commandEnvelope(), 'no_stream')).rejects.toMatchObject({ actual: 0, expected: 'no_stream' });
    store.before = async () => void (await journal.append(codec, stream, 0, [raised(1)], commandEnvelope()));
    await expect(raise(9, commandEnvelope(), 0)).rejects.toThrow(RevisionStale);
    expect(store.log).toHaveLength(2);
  });

  it('says so when the store never settles the outcome; the same command then finds it', async () => {
    const { raise, store } = start();
    const envelope = commandEnvelope();
    store.append = (
      (append) =>
      async (...given: Parameters<typeof append>) => {
        await append.apply(store, given);
        return { outcome: 'unknown' as const, reason: 'silence' };
      }
    )(store.append);
    await expect(raise(3, envelope)).rejects.toThrow(OutcomeUnknown);
    expect(await raise(3, envelope)).toMatchObject({ kind: 'recorded', firstRevision: 0 });
    expect(store.log).toHaveLength(1);
  });
});
