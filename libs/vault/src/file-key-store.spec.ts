import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId } from '@app/kernel';
import { FileKeyStore, KeysWrong } from './file-key-store';
import { keyForFirstCase } from './first-key';
import { KeyMissing, KeyRefused, SealBroken } from './vault';

describe('the key store in files', () => {
  let folder: string;
  let keys: FileKeyStore;
  const pupilRef = newId();
  const fileOf = (ref: string, kind: 'key' | 'gone') => join(folder, 'children', ref.slice(0, 2), `${ref}.${kind}`);
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keys-'));
    keys = new FileKeyStore(folder);
    await keys.create(pupilRef);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('gives the same keys after a restart, and to another process', () => {
    const again = new FileKeyStore(folder);
    expect(again.find(pupilRef)).toEqual({ key: keys.find(pupilRef)?.key, version: 1 });
    expect(again.tenantKey('lookup')).toEqual(keys.tenantKey('lookup'));
    expect(again.check).toBe(keys.check);
  });

  it('keeps no key unwrapped but the tenant key, and nothing that others may read', () => {
    const key = keys.find(pupilRef)!.key;
    const held = readFileSync(fileOf(pupilRef, 'key'));
    for (const form of [key, key.toString('base64'), key.toString('hex')]) expect(held.includes(form)).toBe(false);
    for (const path of [join(folder, 'tenant.key'), fileOf(pupilRef, 'key')])
      expect(statSync(path).mode & 0o077).toBe(0);
  });

  it('has a key of its own for each purpose', () => {
    const purposes = ['lookup', 'text', 'suppression', 'requests'] as const;
    expect(new Set(purposes.map((purpose) => keys.tenantKey(purpose).toString('hex'))).size).toBe(4);
    expect(keys.tenantKey('text')).toBe(keys.tenantKey('text'));
  });

  it('never makes a key twice, nor after it was destroyed, nor for what is no pupilRef', async () => {
    await expect(keys.create(pupilRef)).rejects.toThrow(KeyRefused);
    await keys.destroy(pupilRef);
    await expect(keys.create(pupilRef)).rejects.toThrow(KeyRefused);
    await expect(keys.create('../../tenant')).rejects.toThrow(KeyRefused);
    const never = newId();
    await keys.destroy(never);
    await expect(keys.create(never)).rejects.toThrow(KeyRefused);
    expect(keys.state(never)).toBe('destroyed');
  });

  it('lets two processes that make one key at once end with one key', async () => {
    const [a, b, ref] = [new FileKeyStore(folder), new FileKeyStore(folder), newId()];
    const made = await Promise.allSettled([a.create(ref), b.create(ref), a.create(ref)]);
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(a.find(ref)?.key).toEqual(b.find(ref)?.key);
  });

  it('shows a destroyed key as destroyed at once, in a process that had it in memory', async () => {
    const other = new FileKeyStore(folder);
    expect(other.find(pupilRef)).toBeDefined();
    await keys.destroy(pupilRef);
    expect(other.find(pupilRef)).toBeUndefined();
    expect(other.state(pupilRef)).toBe('destroyed');
    await keys.destroy(pupilRef);
  });

  it('leaves no byte of a destroyed key in the folder, its neighbours as they were', async () => {
    const neighbour = newId();
    await keys.create(neighbour);
    const before = readFileSync(fileOf(neighbour, 'key'));
    await keys.destroy(pupilRef);
    expect(statSync(fileOf(pupilRef, 'gone')).size).toBe(0);
    expect(
      readdirSync(join(folder, 'children', pupilRef.slice(0, 2))).filter((name) => name.startsWith(pupilRef)),
    ).toEqual([`${pupilRef}.gone`]);
    expect(readFileSync(fileOf(neighbour, 'key'))).toEqual(before);
  });

  it('wipes what a crash left between the two halves of a destroy', async () => {
    const left = readFileSync(fileOf(pupilRef, 'key'));
    rmSync(fileOf(pupilRef, 'key'));
    writeFileSync(fileOf(pupilRef, 'gone'), left);
    expect(keys.state(pupilRef)).toBe('destroyed');
    await keys.destroy(pupilRef);
    expect(statSync(fileOf(pupilRef, 'gone')).size).toBe(0);
  });

  it('reads every version that a key file holds, and none that it does not', () => {
    expect(keys.find(pupilRef, 1)).toEqual(keys.find(pupilRef));
    expect(keys.find(pupilRef, 2)).toBeUndefined();
  });

  it('does not take the key file of another child, or a changed one', async () => {
    const other = newId();
    await keys.create(other);
    writeFileSync(fileOf(pupilRef, 'key'), readFileSync(fileOf(other, 'key')));
    expect(() => new FileKeyStore(folder).find(pupilRef)).toThrow(SealBroken);
  });

  it('says so when the tenant key is lost, and makes no new one', () => {
    rmSync(join(folder, 'tenant.key'));
    expect(() => new FileKeyStore(folder)).toThrow(/tenant's key is missing.*Restore the keys folder/);
    expect(() => new FileKeyStore(folder)).toThrow(KeysWrong);
    rmSync(join(folder, 'tenant.check'));
    expect(() => new FileKeyStore(folder)).toThrow(/tenant's key is missing/);
  });

  it('says so when the tenant key is another one, or none', () => {
    writeFileSync(join(folder, 'tenant.key'), Buffer.alloc(32, 7).toString('base64'));
    expect(() => new FileKeyStore(folder)).toThrow(/not the one/);
    writeFileSync(join(folder, 'tenant.key'), 'rubbish');
    expect(() => new FileKeyStore(folder)).toThrow(/does not hold a key of 32 bytes/);
  });

  it('is the same for processes that start at once on an empty folder', () => {
    const empty = join(folder, 'fresh', 'keys');
    const checks = [1, 2, 3].map(() => new FileKeyStore(empty).check);
    expect(new Set(checks).size).toBe(1);
    expect(execFileSync('ls', [empty]).toString()).toBe('children\ntenant.check\ntenant.key\n');
  });

  it('makes the key of a first case only, and of no child with records', async () => {
    const fresh = newId();
    await expect(keyForFirstCase(keys, fresh, false)).rejects.toThrow(KeyMissing);
    expect(keys.state(fresh)).toBe('absent');
    await keyForFirstCase(keys, fresh, true);
    const { key } = keys.find(fresh)!;
    await keyForFirstCase(keys, fresh, true);
    await keyForFirstCase(keys, fresh, false);
    expect(keys.find(fresh)?.key).toEqual(key);
    await keys.destroy(fresh);
    await expect(keyForFirstCase(keys, fresh, true)).rejects.toThrow(KeyRefused);
    await expect(keyForFirstCase(keys, fresh, false)).rejects.toThrow(KeyRefused);
  });
});
