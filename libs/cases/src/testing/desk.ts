/** A desk over a store, for specs: keys and words in memory, two schools, a clock that stands still. */
import type { Directory } from '@app/directory';
import { type CommandEnvelope, type EventStore, Journal } from '@app/event-store';
import { type Codec, fixedClock, newId, ruleSetOn } from '@app/kernel';
import { createSealer, memoryKeyStore, type WordsVault } from '@app/vault';
import { CaseDesk } from '../commands/case-desk';
import { caseCodec, pupilCodec } from '../domain/events';

export const TODAY = '2026-11-22';
const SCHOOLS = ['123456', '123457'];

export function deskOver(
  store: EventStore,
  keys = memoryKeyStore(),
  codecs = [pupilCodec, caseCodec] as Codec[],
  at = '12:00',
) {
  const kept = new Map<string, string>();
  const words: WordsVault = {
    keep: async (texts) => texts.forEach(({ ref, text }) => kept.set(ref, text)),
    read: async (refs) => new Map(refs.flatMap((ref) => (kept.has(ref) ? [[ref, kept.get(ref) as string]] : []))),
  };
  const clock = fixedClock(`${TODAY}T${at}:00.000Z`);
  const journal = new Journal({ store, codecs, sealer: createSealer(keys), words, clock, ruleSetOn });
  const directory = {
    school: async (urn: string) =>
      SCHOOLS.includes(urn) ? { urn, name: `School ${urn}`, type: 'Community school' } : undefined,
  } as unknown as Directory;
  return { desk: new CaseDesk(journal, directory, clock, keys), journal, keys, directory, clock };
}

export const envelope = (changed: Partial<CommandEnvelope> = {}): CommandEnvelope => ({
  commandId: newId(),
  correlationId: newId(),
  causationId: newId(),
  tenant: 'default',
  actor: { ref: newId(), role: 'referrer' },
  occurredOn: TODAY,
  provenance: 'live',
  ...changed,
});

/** A whole referral of a child. */
export const referral = (pupilRef: string) =>
  ({
    type: 'ReferCase',
    pupilRef,
    caseType: 'ManagedMove',
    homeUrn: '123456',
    requested: 'managedMoveSupported',
    referrerRole: 'senco',
    headSignOff: true,
    facts: {
      ncYear: 9,
      mainReason: 'DB',
      senProvision: 'N',
      careStatus: 'notLookedAfter',
      freeSchoolMeals: false,
      ethnicity: 'NOBT',
      sex: 'F',
      supportCycles: 2,
      daysSuspended: 4.5,
      previousMoves: 0,
    },
  }) as const;
