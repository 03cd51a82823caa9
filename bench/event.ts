/** The one event that every contender appends: as large as a panel's decision in the log, its contents from a seed. */
import type { JsonObject, StoredEvent } from '@app/event-store';
import { randomUUID } from 'node:crypto';
import { randomFrom } from './random';

export const DEFAULT_SEED = 20261122;
/** Events a stream has when its writer goes on to the next: about as many as a case has. */
export const EVENTS_A_STREAM = 10;
export const EVENT_TYPE = 'PanelDecisionRecorded';

/** Contents differ, so that nothing is measured on one value; ids are always new. */
const CONTENTS = 64;
const SEALED_CHARACTERS = 300;

export type EventMaker = () => StoredEvent;

/** The n-th event of one seed is the same but for its id. */
export function eventsOf(seed: number): EventMaker {
  const random = randomFrom(seed);
  const hex = (length: number): string => Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join('');
  const uuid = (): string => `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`;
  const contents = Array.from({ length: CONTENTS }, (): { data: JsonObject; metadata: JsonObject } => ({
    data: {
      caseId: uuid(),
      panelId: uuid(),
      meetingId: uuid(),
      decidedOn: `2026-0${1 + Math.floor(random() * 9)}-1${Math.floor(random() * 10)}`,
      sealed: [Buffer.from(hex((SEALED_CHARACTERS * 3) / 4), 'latin1').toString('base64')],
    },
    metadata: {
      $correlationId: uuid(),
      $causationId: uuid(),
      commandId: uuid(),
      index: 0,
      tenant: 'example',
      actor: { ref: uuid(), role: 'panelClerk' },
      occurredOn: '2026-05-12',
      recordedAt: '2026-05-12T10:20:30.400Z',
      provenance: 'live',
      ruleSet: '2024-09-01',
      schemaVersion: 1,
    },
  }));
  let next = 0;
  return () => ({ id: randomUUID(), type: EVENT_TYPE, ...contents[next++ % CONTENTS]! });
}

/** Characters of data and of metadata, in the mean. */
export function sizesOf(make: EventMaker): { data: number; metadata: number } {
  const events = Array.from({ length: CONTENTS }, make);
  const mean = (part: 'data' | 'metadata'): number =>
    Math.round(events.reduce((sum, event) => sum + JSON.stringify(event[part]).length, 0) / CONTENTS);
  return { data: mean('data'), metadata: mean('metadata') };
}
