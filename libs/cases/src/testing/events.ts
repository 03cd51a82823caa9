/** Recorded events without a store, for the specs of read models. */
import type { RecordedEvent } from '@app/event-store';
import { newId } from '@app/kernel';

export function eventMaker() {
  const revisions = new Map<string, number>();
  let position = 0;
  return (stream: string, type: string, data: object, changed: object = {}): RecordedEvent => {
    const revision = (revisions.get(stream) ?? -1) + 1;
    revisions.set(stream, revision);
    const metadata = {
      occurredOn: '2026-03-02',
      recordedAt: '2026-11-22T12:00:00.000Z',
      provenance: 'live',
      actor: { ref: newId(), role: 'clerk' },
      ...changed,
    };
    return { stream, revision, position: String(++position), id: newId(), type, data, metadata } as never;
  };
}

/** The same events as they read once the child's key is gone. */
export const forgetting = (events: readonly RecordedEvent[], pupilRef: string): RecordedEvent[] =>
  events.map((event) =>
    (event.data as { pupilRef?: string }).pupilRef === pupilRef
      ? { ...event, data: { ...event.data, child: 'forgotten' } }
      : event,
  );
