import {
  code,
  date,
  defineCodec,
  defineEvent,
  derivedId,
  type EventsOf,
  id,
  list,
  newId,
  optional,
  words,
} from '@app/kernel';
import { KeyMissing, SealBroken } from '@app/vault';
import type { StoredRecord } from './event-store';
import { MalformedEvent, UnknownEvent } from './journal';
import { commandEnvelope, memoryJournal } from './testing/journal';
import { wordsInStream } from './words-in-stream';

const Referred = defineEvent('ThingReferred', 'A thing is referred', {
  clear: { thingId: id('the thing'), on: optional(date('when')) },
  child: {
    reason: code(['PP', 'DB', 'somethingMuchLonger'], 'why'),
    needs: optional(list(code(['SEMH', 'MLD'], 'need'))),
  },
  words: { account: words('what happened') },
});
const Noted = defineEvent('ThingNoted', 'A note of no child', { clear: {}, words: { note: words('the note') } });
const codec = defineCodec('thing', [Referred, Noted]);
type Thing = EventsOf<typeof codec>;

const pupilRef = newId();
const thingId = newId();
const stream = `thing-${thingId}`;
const referred = (reason: 'PP' | 'DB' | 'somethingMuchLonger' = 'PP'): Thing => ({
  type: 'ThingReferred',
  data: { thingId, pupilRef, child: { reason }, words: { account: 'He threw a chair' } },
});

async function opened(changed?: Parameters<typeof commandEnvelope>[0]) {
  const parts = memoryJournal([codec]);
  await parts.keys.create(pupilRef);
  const command = commandEnvelope(changed);
  const outcome = await parts.journal.append(codec, stream, 'no_stream', [referred()], command);
  return { ...parts, command, outcome, record: parts.store.log[0]! };
}

describe('what the log holds', () => {
  it('has the whole envelope, ids from the command, and only references and a sealed block of a child', async () => {
    const { record, command } = await opened();
    expect(record.id).toBe(derivedId(command.commandId, 0));
    expect(record.metadata).toEqual({
      $correlationId: command.correlationId,
      $causationId: command.causationId,
      commandId: command.commandId,
      index: 0,
      tenant: 'default',
      actor: command.actor,
      occurredOn: '2026-11-20',
      recordedAt: '2026-11-22T12:00:00.000Z',
      provenance: 'live',
      ruleSet: '2026-09-01',
      schemaVersion: 1,
    });
    expect(record.data).toEqual({
      thingId,
      sealed: [
        { pupilRef, keyVersion: 1, iv: expect.any(String), ciphertext: expect.any(String), tag: expect.any(String) },
      ],
      words: { account: { ref: derivedId(record.id, 'words.account'), digest: expect.any(String), keyVersion: 1 } },
    });
    // What is sealed is random text: the letters may stand there by chance, and say nothing.
    const readable = JSON.stringify(record, (key, value: unknown) =>
      ['iv', 'ciphertext', 'tag', 'digest'].includes(key) ? undefined : value,
    );
    expect(readable).not.toMatch(/PP|chair/);
  });

  it('keeps the words in the vault, with stream and command, under the owner', async () => {
    const { words, command, journal } = await opened();
    expect([...words.kept.values()]).toEqual([
      expect.objectContaining({
        owner: { pupilRef },
        about: pupilRef,
        stream,
        commandId: command.commandId,
        text: 'He threw a chair',
      }),
    ]);
    await journal.append(
      codec,
      stream,
      0,
      [{ type: 'ThingNoted', data: { words: { note: 'Room 2' } } }],
      commandEnvelope(),
    );
    expect([...words.kept.values()].at(-1)).toMatchObject({ owner: { tenant: 'default' }, text: 'Room 2' });
  });

  it('keeps the reason of a late entry under the tenant, and it goes with the child', async () => {
    const { words, record } = await opened({ provenance: 'lateEntry', lateEntryReason: 'Minutes found' });
    const kept = [...words.kept.values()].find(({ text }) => text === 'Minutes found');
    expect(kept).toMatchObject({ owner: { tenant: 'default' }, about: pupilRef });
    expect(record.metadata.lateEntryReason).toMatchObject({ ref: kept?.ref });
  });

  it('is as long for every code', async () => {
    const { journal, store } = await opened();
    await journal.append(codec, stream, 0, [referred('DB'), referred('somethingMuchLonger')], commandEnvelope());
    const lengths = store.log.map(({ data }) => (data.sealed as { ciphertext: string }[])[0]?.ciphertext.length);
    expect(new Set(lengths).size).toBe(1);
  });
});

describe('what comes back', () => {
  it('is what went in, words as references', async () => {
    const { journal, outcome } = await opened();
    const { events, revision } = await journal.load(codec, stream);
    expect(revision).toBe(0);
    expect(events[0]?.data).toEqual({
      thingId,
      pupilRef,
      child: { reason: 'PP' },
      words: { account: expect.objectContaining({ keyVersion: 1 }) },
    });
    expect(outcome).toMatchObject({
      outcome: 'appended',
      events: [{ id: events[0]?.id, data: events[0]?.data, revision: 0 }],
    });
  });

  it('is forgotten once the key is destroyed, and an error when the key was lost', async () => {
    const { journal, keys } = await opened();
    keys.lose(pupilRef);
    await expect(journal.load(codec, stream)).rejects.toThrow(KeyMissing);
    await keys.destroy(pupilRef);
    const { events } = await journal.load(codec, stream);
    expect(events[0]?.data).toMatchObject({ thingId, pupilRef, child: 'forgotten' });
  });

  it('does not open when a block was changed, moved to another event, or names a key version that is not there', async () => {
    const { journal, record, keys } = await opened();
    const block = (record.data.sealed as { ciphertext: string }[])[0]!;
    const changed = (over: object): StoredRecord => ({
      ...record,
      data: { ...record.data, sealed: [{ ...block, ...over }] },
    });
    expect(() => journal.open(changed({ ciphertext: block.ciphertext.replace(/^..../, 'AAAA') }))).toThrow(SealBroken);
    expect(() => journal.open({ ...record, id: newId() })).toThrow(SealBroken);
    expect(() => journal.open({ ...record, metadata: { ...record.metadata, tenant: 'another' } })).toThrow(SealBroken);
    expect(() => journal.open(changed({ keyVersion: 2 }))).toThrow(KeyMissing);
    keys.renew(pupilRef);
    expect(() => journal.open(changed({ keyVersion: 2 }))).toThrow(SealBroken);
    expect(journal.open(record).data).toMatchObject({ child: { reason: 'PP' } });
  });

  it('stops at an unknown name, stream type or version', async () => {
    const { journal, record } = await opened();
    expect(() => journal.open({ ...record, type: 'ThingExploded' })).toThrow(UnknownEvent);
    expect(() => journal.open({ ...record, stream: 'nothing-1' })).toThrow(UnknownEvent);
    expect(() => journal.open({ ...record, metadata: { ...record.metadata, schemaVersion: 2 } })).toThrow(UnknownEvent);
    expect(() => journal.open({ ...record, metadata: { ...record.metadata, schemaVersion: 0 } })).toThrow(UnknownEvent);
    expect(() => journal.open({ ...record, data: { thingId } })).toThrow(MalformedEvent);
  });

  it('reads an older name and version through alias and upcasters, after opening', async () => {
    const { store, keys } = await opened();
    const Sent = defineEvent('ThingSent', 'A thing is sent', {
      version: 2,
      clear: { thingId: id('the thing') },
      child: { why: code(['PP', 'unknown'], 'why') },
      words: { account: words('what happened') },
      aliases: ['ThingReferred'],
      upcasters: {
        1: (old: { child: { reason: string } | 'forgotten' }) => ({
          ...old,
          child: old.child === 'forgotten' ? 'forgotten' : { why: old.child.reason },
        }),
      },
    });
    const newer = memoryJournal([defineCodec('thing', [Sent])], { store, keys }).journal;
    expect(newer.open(store.log[0]!)).toMatchObject({ type: 'ThingSent', data: { child: { why: 'PP' } } });
    await keys.destroy(pupilRef);
    expect(newer.open(store.log[0]!).data).toMatchObject({ child: 'forgotten' });
  });
});

describe('what is not let in', () => {
  const refusedBy = async (event: unknown, changed?: Parameters<typeof commandEnvelope>[0], at = stream) => {
    const { journal, store } = await opened();
    await expect(journal.append(codec, at, 0, [event as Thing], commandEnvelope(changed))).rejects.toThrow(
      MalformedEvent,
    );
    expect(store.log).toHaveLength(1);
  };

  it.each([
    ['an unknown field', { type: 'ThingNoted', data: { words: {}, extra: 1 } }],
    ['a wrong code', referred('XX' as 'PP')],
    ['a forgotten child', { type: 'ThingReferred', data: { thingId, pupilRef, child: 'forgotten', words: {} } }],
    ['an event of another stream', { type: 'SomethingElse', data: {} }],
  ])('%s', (_, event) => refusedBy(event));

  it.each([
    ['a command id that is no id', { commandId: 'row 7' }],
    ['a tenant with a bar in it', { tenant: 'a|b' }],
    ['a name for an actor', { actor: { ref: 'Jo Smith', role: 'clerk' } }],
    ['a late entry without a reason', { provenance: 'lateEntry' as const }],
    ['a register row without its source', { provenance: 'register' as const }],
    ['a date that does not exist', { occurredOn: '2026-02-30' }],
  ])('%s', (_, changed) => refusedBy(referred(), changed));

  it('a stream that is named otherwise', () => refusedBy(referred(), {}, 'thing-of-mine'));

  it('anything about a child without a key', async () => {
    const { journal, keys, store } = memoryJournal([codec]);
    const append = () => journal.append(codec, stream, 'no_stream', [referred()], commandEnvelope());
    await expect(append()).rejects.toThrow(KeyMissing);
    await keys.create(pupilRef);
    await keys.destroy(pupilRef);
    await expect(append()).rejects.toThrow(/destroyed/);
    expect(store.log).toEqual([]);
  });
});

describe('an outcome that is not known', () => {
  it('is asked again with the bytes already made', async () => {
    const { journal, store, keys } = memoryJournal([codec]);
    await keys.create(pupilRef);
    store.answersLost = 1;
    const outcome = await journal.append(codec, stream, 'no_stream', [referred()], commandEnvelope());
    expect(outcome).toMatchObject({ outcome: 'appended', firstRevision: 0 });
    expect(store.sent).toHaveLength(2);
    expect(store.sent[1]).toBe(store.sent[0]);
    expect(store.log).toHaveLength(1);
  });

  it('has its words in the vault before the append', async () => {
    const { journal, store, words, keys } = memoryJournal([codec]);
    await keys.create(pupilRef);
    let keptBefore = 0;
    store.before = () => void (keptBefore = words.kept.size);
    await journal.append(codec, stream, 'no_stream', [referred()], commandEnvelope());
    expect(keptBefore).toBe(1);
  });
});

describe('what the sweep asks', () => {
  it('is the refs of the words of one command, the reason of its late entry among them', async () => {
    const { journal, store, command } = await opened({ provenance: 'lateEntry', lateEntryReason: 'Minutes found' });
    await journal.append(codec, stream, 0, [referred()], commandEnvelope());
    const first = derivedId(command.commandId, 0);
    const refs = await wordsInStream(store)(stream, command.commandId);
    expect([...refs].sort()).toEqual(
      [derivedId(first, 'words.account'), derivedId(first, 'metadata.lateEntryReason')].sort(),
    );
    expect((await wordsInStream(store)(stream, newId())).size).toBe(0);
  });
});
