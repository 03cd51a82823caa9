/**
 * "One open case a child and case type" over two streams without a transaction (event-format.md 3), as one suite that runs
 * over any event store: a crash between the streams, and a referral that races with its own abandonment.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { EventStore, StoredRecord } from '@app/event-store';
import { newId } from '@app/kernel';
import { memoryKeyStore } from '@app/vault';
import { stepOf } from '../commands/case-desk';
import { closeCase } from '../commands/close-case';
import { referCase } from '../commands/refer-case';
import { reopenCase } from '../commands/reopen-case';
import { caseStream, pupilStream } from '../domain/events';
import { abandonReferral } from '../policies/abandon-stale-referrals';
import { deskOver, envelope, referral } from './desk';

const ROUNDS = 20;
const TEST_MS = 60_000;

/** The store, with something happening just before its first append to a stream. */
const interrupted = (store: EventStore, stream: string, meanwhile: () => Promise<unknown>): EventStore => {
  let pending = true;
  return new Proxy(store, {
    get(target, name) {
      const member = Reflect.get(target, name, target) as unknown;
      if (typeof member !== 'function') return member;
      if (name !== 'append') return member.bind(target) as unknown;
      return async (...append: Parameters<EventStore['append']>) => {
        if (pending && append[0] === stream) {
          pending = false;
          await meanwhile();
        }
        return target.append(...append);
      };
    },
  });
};

export function referralFlow(
  name: string,
  makeStore: () => Promise<{ readonly store: EventStore; close(): Promise<void> }>,
): void {
  describe(`${name}: a referral over two streams`, () => {
    let made: Awaited<ReturnType<typeof makeStore>>;
    let store: EventStore;
    const keys = memoryKeyStore();
    beforeAll(async () => {
      made = await makeStore();
      store = made.store;
    }, TEST_MS);
    afterAll(async () => made?.close(), TEST_MS);

    const typesIn = async (stream: string): Promise<string[]> => {
      const records: StoredRecord[] = [];
      for await (const record of store.readStream(stream)) records.push(record);
      return records.map(({ type }) => type);
    };
    const place = () => ({ pupilRef: newId(), caseId: newId(), caseType: 'ManagedMove' as const });
    const reserve = async ({ pupilRef, caseId, caseType }: ReturnType<typeof place>, sent = envelope()) => {
      const { desk } = deskOver(store, keys);
      await desk.keyFor(pupilRef);
      await desk.onPupil(pupilRef, { type: 'OpenPupilCase', pupilRef, caseId, caseType }, stepOf(sent, 'open'));
      return sent;
    };
    const test = (what: string, body: () => Promise<void>) => it(what, body, TEST_MS);

    test('makes the key, reserves the place, then refers; the second time it answers what was recorded', async () => {
      const { pupilRef, caseId } = place();
      const { desk } = deskOver(store, keys);
      const sent = { caseId, command: referral(pupilRef), envelope: envelope() };
      const first = await referCase(desk, sent);
      expect(first).toMatchObject({ kind: 'recorded', firstRevision: 0, lastRevision: 0 });
      expect(await referCase(desk, sent)).toMatchObject({ kind: 'recorded', firstRevision: 0, lastRevision: 0 });
      expect(await referCase(desk, { ...sent, envelope: envelope() })).toEqual({ kind: 'nothing', revision: 0 });
      expect(await typesIn(pupilStream(pupilRef))).toEqual(['PupilCaseOpened']);
      expect(await typesIn(caseStream(caseId))).toEqual(['CaseReferred']);
    });

    test('that is refused reserves nothing and makes no key', async () => {
      const { pupilRef, caseId } = place();
      const command = { ...referral(pupilRef), headSignOff: false, homeUrn: '999999' };
      const refused = await referCase(deskOver(store, keys).desk, { caseId, command, envelope: envelope() });
      expect(refused).toMatchObject({
        kind: 'refused',
        reasons: [{ code: 'unknown-school' }, { code: 'head-sign-off-missing' }],
      });
      expect(keys.state(pupilRef)).toBe('absent');
      expect(await typesIn(pupilStream(pupilRef))).toEqual([]);
    });

    test('of two at once for one child and case type, one is refused', async () => {
      const { pupilRef, caseId } = place();
      const other = newId();
      const both = await Promise.all(
        [caseId, other].map((id) =>
          referCase(deskOver(store, keys).desk, { caseId: id, command: referral(pupilRef), envelope: envelope() }),
        ),
      );
      expect(both.map(({ kind }) => kind).sort()).toEqual(['recorded', 'refused']);
      expect(both.find(({ kind }) => kind === 'refused')).toMatchObject({ reasons: [{ code: 'case-already-open' }] });
      expect(await typesIn(pupilStream(pupilRef))).toEqual(['PupilCaseOpened']);
      expect([...(await typesIn(caseStream(caseId))), ...(await typesIn(caseStream(other)))]).toEqual(['CaseReferred']);
    });

    test('that crashed between the streams is finished by sending it again', async () => {
      const { pupilRef, caseId } = place();
      const sent = { caseId, command: referral(pupilRef), envelope: envelope() };
      const crashing = interrupted(store, caseStream(caseId), () => Promise.reject(new Error('killed')));
      await expect(referCase(deskOver(crashing, keys).desk, sent)).rejects.toThrow('killed');
      expect(await typesIn(pupilStream(pupilRef))).toEqual(['PupilCaseOpened']);
      expect(await typesIn(caseStream(caseId))).toEqual([]);
      expect(await referCase(deskOver(store, keys).desk, sent)).toMatchObject({ kind: 'recorded' });
      expect(await typesIn(pupilStream(pupilRef))).toEqual(['PupilCaseOpened']);
      expect(await typesIn(caseStream(caseId))).toEqual(['CaseReferred']);
    });

    test('loses to an abandonment that came first, and then stays abandoned', async () => {
      const at = place();
      const { pupilRef, caseId } = at;
      const sent = { caseId, command: referral(pupilRef), envelope: await reserve(at) };
      const abandoning = envelope();
      const slow = interrupted(store, caseStream(caseId), () =>
        abandonReferral(deskOver(store, keys).desk, at, abandoning),
      );
      const refused = { kind: 'refused', reasons: [{ code: 'referral-abandoned' }] };
      expect(await referCase(deskOver(slow, keys).desk, sent)).toMatchObject(refused);
      expect(await referCase(deskOver(store, keys).desk, sent)).toMatchObject(refused);
      expect(await referCase(deskOver(store, keys).desk, { ...sent, envelope: envelope() })).toMatchObject(refused);
      expect(await typesIn(caseStream(caseId))).toEqual(['CaseReferralAbandoned']);
      expect(await typesIn(pupilStream(pupilRef))).toEqual(['PupilCaseOpened', 'PupilCaseReleased']);
    });

    test('wins over an abandonment that comes later, which then releases nothing', async () => {
      const at = place();
      const { pupilRef, caseId } = at;
      const sent = { caseId, command: referral(pupilRef), envelope: await reserve(at) };
      const slow = interrupted(store, caseStream(caseId), () => referCase(deskOver(store, keys).desk, sent));
      expect(await abandonReferral(deskOver(slow, keys).desk, at, envelope())).toBe('arrived');
      expect(await typesIn(caseStream(caseId))).toEqual(['CaseReferred']);
      expect(await typesIn(pupilStream(pupilRef))).toEqual(['PupilCaseOpened']);
    });

    test('whose abandonment crashed before the release is released the next time', async () => {
      const at = place();
      await reserve(at);
      const abandoning = envelope();
      const crashing = interrupted(store, pupilStream(at.pupilRef), () => Promise.reject(new Error('killed')));
      await expect(abandonReferral(deskOver(crashing, keys).desk, at, abandoning)).rejects.toThrow('killed');
      expect(await abandonReferral(deskOver(store, keys).desk, at, abandoning)).toBe('abandoned');
      expect(await abandonReferral(deskOver(store, keys).desk, at, abandoning)).toBe('abandoned');
      expect(await typesIn(caseStream(at.caseId))).toEqual(['CaseReferralAbandoned']);
      expect(await typesIn(pupilStream(at.pupilRef))).toEqual(['PupilCaseOpened', 'PupilCaseReleased']);
    });

    test('and its abandonment, both at once, end in one of two whole states', async () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const at = place();
        const sent = { caseId: at.caseId, command: referral(at.pupilRef), envelope: await reserve(at) };
        const [referred, abandoned] = await Promise.all([
          referCase(deskOver(store, keys).desk, sent),
          abandonReferral(deskOver(store, keys).desk, at, envelope()),
        ]);
        const whole =
          abandoned === 'arrived'
            ? { kind: 'recorded', inCase: ['CaseReferred'], inPupil: ['PupilCaseOpened'] }
            : {
                kind: 'refused',
                inCase: ['CaseReferralAbandoned'],
                inPupil: ['PupilCaseOpened', 'PupilCaseReleased'],
              };
        expect({
          kind: referred.kind,
          inCase: await typesIn(caseStream(at.caseId)),
          inPupil: await typesIn(pupilStream(at.pupilRef)),
        }).toEqual(whole);
      }
    });

    test('is released by closing and reserved again by reopening, whatever is sent twice', async () => {
      const { pupilRef, caseId } = place();
      const { desk } = deskOver(store, keys);
      await referCase(desk, { caseId, command: referral(pupilRef), envelope: envelope() });
      const closing = {
        caseId,
        command: { type: 'CloseCase', outcome: 'deferred' } as const,
        envelope: envelope(),
        expected: 0,
      };
      const crashing = interrupted(store, pupilStream(pupilRef), () => Promise.reject(new Error('killed')));
      await expect(closeCase(deskOver(crashing, keys).desk, closing)).rejects.toThrow('killed');
      expect(await typesIn(pupilStream(pupilRef))).toEqual(['PupilCaseOpened']);
      expect(await closeCase(desk, closing)).toMatchObject({ kind: 'recorded', lastRevision: 1 });
      expect(await closeCase(desk, closing)).toMatchObject({ kind: 'recorded', lastRevision: 1 });
      expect(await typesIn(pupilStream(pupilRef))).toEqual(['PupilCaseOpened', 'PupilCaseReleased']);

      const reopening = {
        caseId,
        command: { type: 'ReopenCase', because: 'heardAgain' } as const,
        envelope: envelope(),
        expected: 1,
      };
      expect(await reopenCase(desk, reopening)).toMatchObject({ kind: 'recorded', lastRevision: 2 });
      expect(await reopenCase(desk, reopening)).toMatchObject({ kind: 'recorded', lastRevision: 2 });
      const ended = ['PupilCaseOpened', 'PupilCaseReleased', 'PupilCaseOpened'];
      expect(await typesIn(pupilStream(pupilRef))).toEqual(ended);
      expect(await closeCase(desk, closing)).toMatchObject({ kind: 'recorded', lastRevision: 1 });
      expect(await typesIn(pupilStream(pupilRef))).toEqual(ended);
    });

    test('cannot be reopened while the child has another open case of its type', async () => {
      const { pupilRef, caseId } = place();
      const { desk } = deskOver(store, keys);
      await referCase(desk, { caseId, command: referral(pupilRef), envelope: envelope() });
      const command = { type: 'CloseCase', outcome: 'deferred' } as const;
      await closeCase(desk, { caseId, command, envelope: envelope() });
      await referCase(desk, { caseId: newId(), command: referral(pupilRef), envelope: envelope() });
      const reopened = await reopenCase(desk, {
        caseId,
        command: { type: 'ReopenCase', because: 'heardAgain' },
        envelope: envelope(),
      });
      expect(reopened).toMatchObject({ kind: 'refused', reasons: [{ code: 'case-already-open' }] });
      expect(await typesIn(caseStream(caseId))).toEqual(['CaseReferred', 'CaseClosed']);
    });
  });
}
