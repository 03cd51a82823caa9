/**
 * The key store in files: one tenant key, and one small file a child that holds the child's key wrapped by it. For a
 * single machine; several processes may use the folder at once. It needs a backup of its own: losing it loses every
 * record, and a backup of it older than a forgetting undoes that until the suppression list is applied again.
 *
 *   keys/tenant.key          the tenant's key (0600)
 *   keys/tenant.check        tells the tenant's key from another one
 *   keys/children/ab/<ref>.key    a child's key, wrapped
 *   keys/children/ab/<ref>.gone   a child whose key was destroyed: empty, for ever
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { isId } from '@app/kernel';
import { createFile, createFileMeanwhile, hasCode, makeFolder, syncFolder } from './durable-file';
import { KeyRefused, type KeyStore, SealBroken, type TenantKeyPurpose } from './vault';

/** The keys folder is not the one that the records were written with, or is not whole. */
export class KeysWrong extends Error {
  override readonly name = 'KeysWrong';
}

interface Wrapped {
  readonly version: number;
  readonly iv: string;
  readonly key: string;
  readonly tag: string;
}

interface Cached {
  readonly stamp: string;
  readonly keys: readonly { readonly key: Buffer; readonly version: number }[];
}

/** Children whose keys are held in memory; beyond it the oldest go. */
const CACHE = 50_000;

export class FileKeyStore implements KeyStore {
  private readonly cache = new Map<string, Cached>();
  private readonly purposes = new Map<string, Buffer>();
  private readonly wrapping: Buffer;

  /** @param folder `<data folder>/keys`; made, with a new tenant key, when there is nothing in it. Throws KeysWrong. */
  constructor(
    private readonly folder: string,
    private readonly tenantKeyBytes = openTenantKey(folder),
  ) {
    this.wrapping = derive(tenantKeyBytes, 'wrap');
  }

  /** What tells this tenant key from any other, and reveals nothing of it: kept with the records, compared at start. */
  get check(): string {
    return checkOf(this.tenantKeyBytes);
  }

  async create(pupilRef: string): Promise<void> {
    const path = this.pathOf(pupilRef);
    makeFolder(join(path, '..'));
    const wrapped = wrapKey(this.wrapping, pupilRef, 1, randomBytes(32));
    const refused =
      existsSync(`${path}.gone`) || !(await createFileMeanwhile(`${path}.key`, JSON.stringify([wrapped])));
    // A destroy between the look and the making would else leave a key behind.
    const destroyed = !refused && existsSync(`${path}.gone`);
    if (destroyed) await this.destroy(pupilRef);
    if (refused || destroyed) throw new KeyRefused(`Child ${pupilRef} has or had a key; none is ever made again.`);
  }

  find(pupilRef: string, version?: number) {
    const path = `${this.pathOf(pupilRef)}.key`;
    // A look at the file each time, since another process may have destroyed it a moment ago.
    const stat = statSync(path, { throwIfNoEntry: false });
    if (!stat) {
      this.cache.delete(pupilRef);
      return undefined;
    }
    const stamp = `${stat.ino}.${stat.mtimeMs}.${stat.size}`;
    let cached = this.cache.get(pupilRef);
    if (cached?.stamp !== stamp) {
      cached = { stamp, keys: this.read(path, pupilRef) };
      this.remember(pupilRef, cached);
    }
    return version === undefined ? cached.keys.at(-1) : cached.keys.find((key) => key.version === version);
  }

  state(pupilRef: string): 'kept' | 'destroyed' | 'absent' {
    const path = this.pathOf(pupilRef);
    if (existsSync(`${path}.key`)) return 'kept';
    return existsSync(`${path}.gone`) ? 'destroyed' : 'absent';
  }

  async destroy(pupilRef: string): Promise<void> {
    const path = this.pathOf(pupilRef);
    makeFolder(join(path, '..'));
    try {
      // One step from "kept" to "destroyed", for every process; what is left of the key is then wiped where it lies.
      renameSync(`${path}.key`, `${path}.gone`);
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error;
    }
    const gone = openSync(`${path}.gone`, 'a+', 0o600);
    closeSync(gone);
    wipe(`${path}.gone`);
    syncFolder(join(path, '..'));
    this.cache.delete(pupilRef);
  }

  tenantKey(purpose: TenantKeyPurpose): Buffer {
    let key = this.purposes.get(purpose);
    if (!key) this.purposes.set(purpose, (key = derive(this.tenantKeyBytes, purpose)));
    return key;
  }

  private remember(pupilRef: string, cached: Cached): void {
    const oldest = this.cache.size >= CACHE ? this.cache.keys().next().value : undefined;
    if (oldest !== undefined) this.cache.delete(oldest);
    this.cache.set(pupilRef, cached);
  }

  private read(path: string, pupilRef: string): Cached['keys'] {
    const versions = JSON.parse(readFileSync(path, 'utf8')) as Wrapped[];
    return versions.map((wrapped) => ({ version: wrapped.version, key: unwrapKey(this.wrapping, pupilRef, wrapped) }));
  }

  private pathOf(pupilRef: string): string {
    const given: string = pupilRef;
    if (!isId(pupilRef))
      throw new KeyRefused(`"${given.slice(0, 40)}" is not a pupil reference: a lower-case UUID is.`);
    return join(this.folder, 'children', pupilRef.slice(0, 2), pupilRef);
  }
}

const derive = (key: Buffer, label: string): Buffer =>
  Buffer.from(hkdfSync('sha256', key, '', `evenhand/tenant/${label}/1`, 32));

const checkOf = (key: Buffer): string => createHmac('sha256', derive(key, 'check')).update('evenhand').digest('hex');

const binding = (pupilRef: string, version: number): Buffer => Buffer.from(`child-key|${pupilRef}|${version}`);

function wrapKey(wrapping: Buffer, pupilRef: string, version: number, key: Buffer): Wrapped {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', wrapping, iv).setAAD(binding(pupilRef, version));
  const wrapped = Buffer.concat([cipher.update(key), cipher.final()]);
  const tag = cipher.getAuthTag();
  return { version, iv: iv.toString('base64'), key: wrapped.toString('base64'), tag: tag.toString('base64') };
}

function unwrapKey(wrapping: Buffer, pupilRef: string, { version, iv, key, tag }: Wrapped): Buffer {
  try {
    const decipher = createDecipheriv('aes-256-gcm', wrapping, Buffer.from(iv, 'base64'), { authTagLength: 16 })
      .setAAD(binding(pupilRef, version))
      .setAuthTag(Buffer.from(tag, 'base64'));
    return Buffer.concat([decipher.update(Buffer.from(key, 'base64')), decipher.final()]);
  } catch {
    throw new SealBroken(`The key file of child ${pupilRef} does not open. Restore the keys folder from its backup.`);
  }
}

/** Writes over what a file held, then empties it. */
function wipe(path: string): void {
  const size = statSync(path).size;
  if (size === 0) return;
  const file = openSync(path, 'r+');
  try {
    writeSync(file, Buffer.alloc(size));
    fsyncSync(file);
    ftruncateSync(file, 0);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Reads the tenant's key, or makes one where there are no keys at all. */
function openTenantKey(folder: string): Buffer {
  makeFolder(join(folder, 'children'));
  const [keyFile, checkFile] = [join(folder, 'tenant.key'), join(folder, 'tenant.check')];
  if (!existsSync(keyFile)) {
    if (existsSync(checkFile) || readdirSync(join(folder, 'children')).length > 0) {
      throw new KeysWrong(
        `The tenant's key is missing: ${keyFile}. Without it no child's record can be read, and a new one would not open them. ` +
          'Restore the keys folder from its backup.',
      );
    }
    createFile(keyFile, `${randomBytes(32).toString('base64')}\n`);
  }
  const key = Buffer.from(readFileSync(keyFile, 'utf8').trim(), 'base64');
  if (key.length !== 32) {
    throw new KeysWrong(`${keyFile} does not hold a key of 32 bytes. Restore the keys folder from its backup.`);
  }
  createFile(checkFile, `${checkOf(key)}\n`);
  assertSameKey(checkFile, readFileSync(checkFile, 'utf8').trim(), checkOf(key));
  return key;
}

/** Throws KeysWrong when two check values differ. `where` says what the first was kept with. */
export function assertSameKey(where: string, kept: string, now: string): void {
  const [a, b] = [Buffer.from(kept), Buffer.from(now)];
  if (a.length === b.length && timingSafeEqual(a, b)) return;
  throw new KeysWrong(
    `The tenant's key is not the one that ${where} was made with, so what is recorded cannot be read. ` +
      'Put back the keys folder that belongs to it, from its backup.',
  );
}
