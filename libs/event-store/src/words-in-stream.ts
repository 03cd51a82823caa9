/** What the sweep of the vault asks the log before it deletes words: which of them a command's events refer to. */
import type { VaultRef } from '@app/kernel';
import type { Envelope } from './envelope';
import type { EventStore } from './event-store';

/** The refs of all words in the events that a command recorded in a stream. */
export const wordsInStream =
  (store: EventStore) =>
  async (stream: string, commandId: string): Promise<ReadonlySet<string>> => {
    const refs = new Set<string>();
    for await (const record of store.readStream(stream)) {
      const metadata = record.metadata as unknown as Envelope;
      if (metadata.commandId !== commandId) continue;
      const { words } = record.data as { words?: Readonly<Record<string, VaultRef>> };
      for (const { ref } of [
        ...Object.values(words ?? {}),
        ...(metadata.lateEntryReason ? [metadata.lateEntryReason] : []),
      ]) {
        refs.add(ref);
      }
    }
    return refs;
  };
