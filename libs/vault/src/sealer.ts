/** Seals a child's facts into an event and opens them again (event-format.md 1). Pure but for the key store. */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import type { VaultRef } from '@app/kernel';
import { KeyMissing, type KeyStore, SealBroken, type SealContext, type SealedBlock, type Sealer } from './vault';
import type { WordsOwner } from './vault';

/** Plaintext is padded to a multiple of this many bytes. */
const BLOCK = 256;
const SPACE = 0x20;

type Use = 'seal' | 'digest' | 'vault';
const derivedKeys = new WeakMap<Buffer, Map<Use, KeyObject>>();

/**
 * The key for one use, derived from a child's or the tenant's key by HKDF-SHA-256 under a label of its own. A key object:
 * a cipher made from bytes takes four times as long.
 */
export function keyFor(use: Use, key: Buffer): KeyObject {
  let uses = derivedKeys.get(key);
  if (!uses) derivedKeys.set(key, (uses = new Map()));
  let derived = uses.get(use);
  if (!derived) {
    derived = createSecretKey(Buffer.from(hkdfSync('sha256', key, '', `evenhand/child/${use}/1`, 32)));
    uses.set(use, derived);
  }
  return derived;
}

export interface Encrypted {
  readonly iv: Buffer;
  readonly ciphertext: Buffer;
  readonly tag: Buffer;
}

/** AES-256-GCM with a random 96-bit iv; the text is padded with spaces to a multiple of 256 bytes, at least `atLeast`. */
export function encrypt(key: KeyObject, bindsTo: string, text: string, atLeast = 0): Encrypted {
  const bytes = Buffer.byteLength(text, 'utf8');
  const plain = Buffer.alloc(Math.ceil(Math.max(bytes, atLeast, 1) / BLOCK) * BLOCK, SPACE);
  plain.write(text, 'utf8');
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(bindsTo, 'utf8'));
  const ciphertext = Buffer.concat([cipher.update(plain), cipher.final()]);
  return { iv, ciphertext, tag: cipher.getAuthTag() };
}

/** The text with its padding. Throws SealBroken. */
export function decrypt(key: KeyObject, bindsTo: string, { iv, ciphertext, tag }: Encrypted): string {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: 16 })
      .setAAD(Buffer.from(bindsTo, 'utf8'))
      .setAuthTag(tag);
    return Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString('utf8');
  } catch {
    throw new SealBroken(
      'What was sealed does not open: it was changed, moved or sealed with another key. Restore it from a backup.',
    );
  }
}

/** The owner's current key, or that version of it. Throws KeyMissing. */
export function ownersKey(keys: KeyStore, owner: WordsOwner, version?: number): { key: Buffer; version: number } {
  if (!('pupilRef' in owner)) return { key: keys.tenantKey('text'), version: 1 };
  const found = keys.find(owner.pupilRef, version);
  if (found) return found;
  throw new KeyMissing(
    keys.state(owner.pupilRef) === 'destroyed'
      ? `The key of child ${owner.pupilRef} was destroyed: nothing more can be written about this child under this reference.`
      : `The key store has no key ${version === undefined ? '' : `of version ${version} `}for child ${owner.pupilRef}. ` +
          'If one was made, restore the keys folder from its backup.',
  );
}

/** The key that something of an owner's was kept under, or nothing once it was destroyed. Throws KeyMissing when it is lost. */
export function keptKey(keys: KeyStore, owner: WordsOwner, version: number): Buffer | undefined {
  const found = 'pupilRef' in owner ? keys.find(owner.pupilRef, version) : undefined;
  if (found) return found.key;
  if ('pupilRef' in owner && keys.state(owner.pupilRef) === 'destroyed') return undefined;
  return ownersKey(keys, owner, version).key;
}

const digestOf = (key: Buffer, ref: string, text: string): string =>
  createHmac('sha256', keyFor('digest', key)).update(ref).update(text, 'utf8').digest('base64');

/** Whether a text is the one that a reference in the log was made of: an edit in place shows. Throws KeyMissing. */
export const isTextOf = (keys: KeyStore, { ref, digest, keyVersion }: VaultRef, owner: WordsOwner, text: string) =>
  digestOf(ownersKey(keys, owner, keyVersion).key, ref, text) === digest;

const bindingOf = (context: SealContext, keyVersion: number): string =>
  `${context.tenant}|${context.eventId.toLowerCase()}|${context.storedType}|${context.pupilRef}|${keyVersion}`;

/** The sealer of one tenant's children. */
export function createSealer(keys: KeyStore): Sealer {
  return {
    seal(context, facts, atLeast) {
      const { key, version } = ownersKey(keys, { pupilRef: context.pupilRef });
      const binding = bindingOf(context, version);
      const { iv, ciphertext, tag } = encrypt(keyFor('seal', key), binding, JSON.stringify(facts), atLeast);
      return {
        pupilRef: context.pupilRef,
        keyVersion: version,
        iv: iv.toString('base64'),
        ciphertext: ciphertext.toString('base64'),
        tag: tag.toString('base64'),
      };
    },
    open(context, block: SealedBlock) {
      const { pupilRef, keyVersion } = block;
      const key = keptKey(keys, { pupilRef }, keyVersion);
      if (!key) return 'forgotten';
      const sealed = {
        iv: Buffer.from(block.iv, 'base64'),
        ciphertext: Buffer.from(block.ciphertext, 'base64'),
        tag: Buffer.from(block.tag, 'base64'),
      };
      return JSON.parse(
        decrypt(keyFor('seal', key), bindingOf({ ...context, pupilRef }, keyVersion), sealed),
      ) as object;
    },
    reference(ref, owner, text) {
      const { key, version } = ownersKey(keys, owner);
      return { ref, digest: digestOf(key, ref, text), keyVersion: version };
    },
  };
}
