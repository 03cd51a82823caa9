import fc from 'fast-check';
import { newId } from '@app/kernel';
import { memoryKeyStore } from './memory-key-store';
import { createSealer } from './sealer';
import { KeyMissing, KeyRefused, SealBroken, type SealContext } from './vault';

async function start() {
  const keys = memoryKeyStore();
  const context: SealContext = { tenant: 'default', eventId: newId(), storedType: 'CaseReferred', pupilRef: newId() };
  await keys.create(context.pupilRef);
  return { keys, context, sealer: createSealer(keys) };
}

describe('the sealer', () => {
  it('opens what it sealed, whatever it is, in multiples of 256 bytes', async () => {
    const { context, sealer } = await start();
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (facts) => {
        const plain = JSON.parse(JSON.stringify(facts)) as object;
        const block = sealer.seal(context, plain);
        expect(sealer.open(context, block)).toEqual(plain);
        expect(Buffer.from(block.ciphertext, 'base64').length % 256).toBe(0);
        expect(Buffer.from(block.iv, 'base64')).toHaveLength(12);
      }),
    );
  });

  it('seals absence at the same length as facts, and never twice alike', async () => {
    const { context, sealer } = await start();
    const [none, some, again] = [{}, { a: 1 }, { a: 1 }].map((facts) => sealer.seal(context, facts));
    expect(none?.ciphertext.length).toBe(some?.ciphertext.length);
    expect(some?.ciphertext).not.toBe(again?.ciphertext);
    expect(Buffer.from(sealer.seal(context, {}, 300).ciphertext, 'base64')).toHaveLength(512);
  });

  it.each(['tenant', 'eventId', 'storedType'] as const)('does not open in another %s', async (field) => {
    const { context, sealer } = await start();
    const block = sealer.seal(context, { a: 1 });
    expect(() => sealer.open({ ...context, [field]: 'other' }, block)).toThrow(SealBroken);
  });

  it.each(['iv', 'ciphertext', 'tag'] as const)('does not open with any bit of its %s changed', async (field) => {
    const { context, sealer } = await start();
    const block = sealer.seal(context, { a: 1 });
    const bytes = Buffer.from(block[field], 'base64');
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed[at] = changed[at]! ^ (1 << (at % 8));
      expect(() => sealer.open(context, { ...block, [field]: changed.toString('base64') })).toThrow(SealBroken);
    }
  });

  it('does not open as another child, nor with a shortened tag', async () => {
    const { context, sealer, keys } = await start();
    const block = sealer.seal(context, { a: 1 });
    const other = newId();
    await keys.create(other);
    expect(() => sealer.open(context, { ...block, pupilRef: other })).toThrow(SealBroken);
    const shortened = Buffer.from(block.tag, 'base64').subarray(0, 4).toString('base64');
    expect(() => sealer.open(context, { ...block, tag: shortened })).toThrow(SealBroken);
  });

  it('opens each key version with its own key, and seals with the newest', async () => {
    const { context, sealer, keys } = await start();
    const first = sealer.seal(context, { a: 1 });
    keys.renew(context.pupilRef);
    const second = sealer.seal(context, { a: 2 });
    expect([first.keyVersion, second.keyVersion]).toEqual([1, 2]);
    expect(sealer.open(context, first)).toEqual({ a: 1 });
    expect(sealer.open(context, second)).toEqual({ a: 2 });
    expect(() => sealer.open(context, { ...first, keyVersion: 2 })).toThrow(SealBroken);
    expect(() => sealer.open(context, { ...first, keyVersion: 3 })).toThrow(KeyMissing);
  });

  it('tells forgotten from lost', async () => {
    const { context, sealer, keys } = await start();
    const block = sealer.seal(context, { a: 1 });
    keys.lose(context.pupilRef);
    expect(() => sealer.open(context, block)).toThrow(KeyMissing);
    await keys.destroy(context.pupilRef);
    expect(sealer.open(context, block)).toBe('forgotten');
    expect(() => sealer.seal(context, {})).toThrow(KeyMissing);
    expect(() => sealer.reference(newId(), { pupilRef: context.pupilRef }, 'x')).toThrow(KeyMissing);
    await expect(keys.create(context.pupilRef)).rejects.toThrow(KeyRefused);
  });

  it('gives a text a digest that only the owner and the ref give', async () => {
    const { context, sealer, keys } = await start();
    const other = newId();
    await keys.create(other);
    const ref = newId();
    const digest = (owner: Parameters<typeof sealer.reference>[1], text: string, of = ref) =>
      sealer.reference(of, owner, text).digest;
    const mine = digest({ pupilRef: context.pupilRef }, 'a word');
    expect(digest({ pupilRef: context.pupilRef }, 'a word')).toBe(digest({ pupilRef: context.pupilRef }, 'a word'));
    const all = [
      mine,
      digest({ pupilRef: context.pupilRef }, 'a wore'),
      digest({ pupilRef: other }, 'a word'),
      digest({ tenant: 'default' }, 'a word'),
      digest({ pupilRef: context.pupilRef }, 'a word', newId()),
    ];
    expect(new Set(all).size).toBe(all.length);
  });
});
