/** A key store in memory: for specs of what needs keys and no disk. It keeps the same promises but survival. */
import { hkdfSync, randomBytes } from 'node:crypto';
import { KeyRefused, type KeyStore } from './vault';

export function memoryKeyStore(): KeyStore & {
  /** Gives the child a further key version, as a rotation would. */
  renew(pupilRef: string): void;
  /** Loses a child's key without destroying it, as a disk would. */
  lose(pupilRef: string): void;
} {
  const tenant = randomBytes(32);
  const purposes = new Map<string, Buffer>();
  const children = new Map<string, Buffer[] | 'destroyed'>();
  const versions = (pupilRef: string) => {
    const kept = children.get(pupilRef);
    return kept === 'destroyed' || kept === undefined ? [] : kept;
  };
  return {
    create: async (pupilRef) => {
      if (children.has(pupilRef)) throw new KeyRefused(`Child ${pupilRef} has or had a key; none is made again.`);
      children.set(pupilRef, [randomBytes(32)]);
    },
    find: (pupilRef, version) => {
      const of = versions(pupilRef);
      const at = version ?? of.length;
      const key = of[at - 1];
      return key && { key, version: at };
    },
    state: (pupilRef) => {
      const kept = children.get(pupilRef);
      return kept === undefined ? 'absent' : kept === 'destroyed' ? 'destroyed' : 'kept';
    },
    destroy: async (pupilRef) => void children.set(pupilRef, 'destroyed'),
    tenantKey: (purpose) => {
      let key = purposes.get(purpose);
      if (!key) purposes.set(purpose, (key = Buffer.from(hkdfSync('sha256', tenant, '', purpose, 32))));
      return key;
    },
    renew: (pupilRef) => void versions(pupilRef).push(randomBytes(32)),
    lose: (pupilRef) => void children.delete(pupilRef),
  };
}
