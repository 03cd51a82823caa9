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
  /** The child whose event they belong to, also where the tenant's key holds them: they go when the child is forgotten. */
  readonly about?: string;
  /** Swept only after this stream was read for this command. */
  readonly stream: string;
  readonly commandId: string;
  readonly text: string;
}

/** A child's key is not there: it was destroyed, or never made. */
export class KeyMissing extends Error {
  override readonly name = 'KeyMissing';
}

/** A sealed block or a vault row that does not open: tampered with, moved to another event, or sealed with another key. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken';
}

/** A child who has or had a key gets no other one: a later referral of the same child has a new pupilRef. */
export class KeyRefused extends Error {
  override readonly name = 'KeyRefused';
}

/** HMAC of UPNs; words about no child; the suppression list; bodies of requests; heads of the log and backups. */
export type TenantKeyPurpose = 'lookup' | 'text' | 'suppression' | 'requests' | 'evidence';

/** A key per child, wrapped by the tenant's key. The file-based default is one implementation; a KMS is another. */
export interface KeyStore {
  /** Only for the command that opens a child's first case. Throws KeyRefused for a pupilRef that has or had a key. */
  create(pupilRef: string): Promise<void>;
  /** The child's current key (or that version of it), or nothing when it is not there. The same Buffer while it lasts. */
  find(pupilRef: string, version?: number): { readonly key: Buffer; readonly version: number } | undefined;
  /** Whether the child's key is there, was destroyed, or was never made (or the key store lost it). */
  state(pupilRef: string): 'kept' | 'destroyed' | 'absent';
  /** For good: the pupilRef can never have a key again. Quiet when there is none. */
  destroy(pupilRef: string): Promise<void>;
  /** A key of the tenant for one use. */
  tenantKey(purpose: TenantKeyPurpose): Buffer;
}

/** Sealing and opening, pure but for the key store. */
export interface Sealer {
  /**
   * Throws KeyMissing. Also seals an empty record, so that absence has the same length; `atLeast` bytes of plaintext,
   * so that neither codes nor absent fields show in the length.
   */
  seal(context: SealContext, facts: object, atLeast?: number): SealedBlock;
  /**
   * The facts, or `forgotten` once the key is destroyed. Throws KeyMissing when the key store never had the key or lost
   * it, and SealBroken when the block does not fit its key and event.
   */
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
