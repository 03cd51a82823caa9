import type { VaultRef } from '@app/kernel';

/** One child's sealed facts as they lie in the log (event-format.md 1). Base64 without line breaks. */
export interface SealedBlock {
  readonly pupilRef: string;
  readonly keyVersion: number;
  readonly iv: string;
  readonly ciphertext: string;
  readonly tag: string;
}

/** What binds a sealed block to its event: `tenant|event id in lower case|stored type|pupilRef|keyVersion`. */
export interface SealContext {
  readonly tenant: string;
  readonly eventId: string;
  readonly storedType: string;
  readonly pupilRef: string;
}

/** Whose words they are: a child's, under the child's key, or no child's, under the tenant's text key. */
export type WordsOwner = { readonly pupilRef: string } | { readonly tenant: string };

export interface WordsToKeep {
  readonly ref: string;
  readonly owner: WordsOwner;
  /** Swept only after the stream was read for this command. */
  readonly commandId: string;
  readonly text: string;
}

/** A child's key is not there: it was destroyed, or never made. */
export class KeyMissing extends Error {
  override readonly name = 'KeyMissing';
}

/** A key per child, wrapped by the tenant's key. The file-based default is one implementation; a KMS is another. */
export interface KeyStore {
  /** Only for the command that opens a child's first case. Refuses for a pupilRef that has or had a key. */
  create(pupilRef: string): Promise<void>;
  /** The child's current key and its version, or nothing once it is destroyed. */
  find(pupilRef: string, version?: number): { readonly key: Buffer; readonly version: number } | undefined;
  destroy(pupilRef: string): Promise<void>;
  /** Keys of the tenant: `lookup` (HMAC of UPNs), `text` (words about no child), `suppression`, `requests`. */
  tenantKey(purpose: 'lookup' | 'text' | 'suppression' | 'requests'): Buffer;
}

/** Sealing and opening, pure but for the key store. */
export interface Sealer {
  /** Throws KeyMissing. Also seals an empty record, so that absence has the same length. */
  seal(context: SealContext, facts: object): SealedBlock;
  /** The facts, or `forgotten` once the key is destroyed. Throws when the block was tampered with. */
  open(context: Omit<SealContext, 'pupilRef'>, block: SealedBlock): object | 'forgotten';
  /** `HMAC(ref ‖ text)` under the owner's digest key. Throws KeyMissing. */
  reference(ref: string, owner: WordsOwner, text: string): VaultRef;
}

/** The vault's words: mutable rows, each encrypted under its owner's key. */
export interface WordsVault {
  /** Idempotent by ref. */
  keep(words: readonly WordsToKeep[]): Promise<void>;
  /** Plain text by ref; a forgotten or missing one is left out. */
  read(refs: readonly string[]): Promise<ReadonlyMap<string, string>>;
}
