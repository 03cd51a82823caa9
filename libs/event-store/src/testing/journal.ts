/** A journal over a store in memory, for specs. */
import { type Codec, fixedClock, newId } from '@app/kernel';
import { createSealer, memoryKeyStore, type WordsToKeep, type WordsVault } from '@app/vault';
import type { CommandEnvelope } from '../envelope';
import { Journal } from '../journal';
import { MemoryStore } from './memory-store';

export const memoryWords = (): WordsVault & { readonly kept: Map<string, WordsToKeep> } => {
  const kept = new Map<string, WordsToKeep>();
  return {
    kept,
    keep: async (words) => words.forEach((word) => kept.set(word.ref, word)),
    read: async (refs) => new Map(refs.flatMap((ref) => (kept.has(ref) ? [[ref, kept.get(ref)!.text]] : []))),
  };
};

/** With a log, keys and a clock of its own, or those of an earlier one. */
export function memoryJournal(
  codecs: readonly Codec[],
  { store = new MemoryStore(), keys = memoryKeyStore(), clock = fixedClock('2026-11-22T12:00:00.000Z') } = {},
) {
  const words = memoryWords();
  const journal = new Journal({
    store,
    codecs,
    sealer: createSealer(keys),
    words,
    clock,
    ruleSetOn: () => '2026-09-01',
  });
  return { store, keys, words, journal };
}

export const commandEnvelope = (changed: Partial<CommandEnvelope> = {}): CommandEnvelope => ({
  commandId: newId(),
  correlationId: newId(),
  causationId: newId(),
  tenant: 'default',
  actor: { ref: newId(), role: 'clerk' },
  occurredOn: '2026-11-20',
  provenance: 'live',
  ...changed,
});
