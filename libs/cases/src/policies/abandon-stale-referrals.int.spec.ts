import { eventStoreMigrations, PostgresEventStore } from '@app/event-store';
import { newId } from '@app/kernel';
import { projectionsMigrations, transactionOn } from '@app/projections';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/database';
import { forgetPupil } from '../commands/forget-pupil';
import { referCase } from '../commands/refer-case';
import { caseCodec, caseStream, pupilCodec, pupilStream } from '../domain/events';
import { awaitedReferrals } from '../read-models/awaited-referrals/projection';
import { deskOver, envelope, referral } from '../testing/desk';
import { AbandonStaleReferrals } from './abandon-stale-referrals';

describe('abandoning stale referrals', () => {
  let database: TestDatabase;
  let store: PostgresEventStore;
  let made: ReturnType<typeof deskOver>;
  beforeAll(async () => {
    database = await createTestDatabase([...eventStoreMigrations, ...projectionsMigrations]);
    store = new PostgresEventStore({ pool: database.application });
    made = deskOver(store);
    for (const { create } of awaitedReferrals.tables) {
      await database.projector.query(create.replace('create table ', 'create table read.'));
    }
    await database.projector.query('grant select on read.awaited_referrals to public');
  }, 60_000);
  afterAll(async () => {
    await store?.close();
    await database?.drop();
  });

  const project = async () => {
    const client = await database.projector.connect();
    try {
      await client.query('set search_path to read');
      const events = (await store.readAll(undefined, 1000)).map((record) => made.journal.open(record));
      const mine = events.filter(({ type }) => awaitedReferrals.types.includes(type));
      await awaitedReferrals.apply(transactionOn(client), mine);
    } finally {
      await client.query('reset search_path');
      client.release();
    }
  };
  const tickAt = (at: string) =>
    new AbandonStaleReferrals(deskOver(store, made.keys, undefined, at).desk, database).tick('default');

  it('gives up only what has not arrived after ten minutes, once, and releases its place', async () => {
    const { desk: first, journal } = made;
    const [lost, arrived] = [newId(), newId()];
    const [lostCase, arrivedCase] = [newId(), newId()];
    await first.keyFor(lost);
    await first.onPupil(
      lost,
      { type: 'OpenPupilCase', pupilRef: lost, caseId: lostCase, caseType: 'ManagedMove' },
      envelope(),
    );
    await referCase(first, { caseId: arrivedCase, command: referral(arrived), envelope: envelope() });
    await project();
    expect(await tickAt('12:09')).toBe(0);
    expect(await tickAt('12:11')).toBe(1);
    expect(await tickAt('12:12')).toBe(1); // The read model lags: the same commands again write nothing.
    await project();
    expect(await tickAt('12:13')).toBe(0);
    const types = async (stream: string) => {
      const { events } = stream.startsWith('case-')
        ? await journal.load(caseCodec, stream)
        : await journal.load(pupilCodec, stream);
      return events.map(({ type }) => type);
    };
    expect(await types(caseStream(lostCase))).toEqual(['CaseReferralAbandoned']);
    expect(await types(pupilStream(lost))).toEqual(['PupilCaseOpened', 'PupilCaseReleased']);
    expect(await types(caseStream(arrivedCase))).toEqual(['CaseReferred']);
    expect(await types(pupilStream(arrived))).toEqual(['PupilCaseOpened']);
  });

  it('leaves forgetting to its own step, which is quiet for a child of whom nothing is recorded', async () => {
    const { desk: first, journal, clock } = made;
    const pupilRef = newId();
    const sent = envelope();
    await forgetPupil(journal, clock, pupilRef, 'retentionEnded', sent);
    expect((await journal.load(pupilCodec, pupilStream(pupilRef))).events).toEqual([]);
    await referCase(first, { caseId: newId(), command: referral(pupilRef), envelope: envelope() });
    await forgetPupil(journal, clock, pupilRef, 'retentionEnded', sent);
    await forgetPupil(journal, clock, pupilRef, 'retentionEnded', sent);
    const { events } = await journal.load(pupilCodec, pupilStream(pupilRef));
    expect(events.map(({ type }) => type)).toEqual(['PupilCaseOpened', 'PupilForgotten']);
    const again = await referCase(first, { caseId: newId(), command: referral(pupilRef), envelope: envelope() });
    expect(again).toMatchObject({ reasons: [{ code: 'pupil-forgotten' }, { code: 'case-already-open' }] });
    await made.keys.destroy(pupilRef);
    const anew = { ...referral(pupilRef), caseType: 'OffSite', requested: 'offSiteDirection' } as const;
    const gone = await referCase(first, { caseId: newId(), command: anew as never, envelope: envelope() });
    expect(gone).toMatchObject({ kind: 'refused', reasons: [{ code: 'pupil-forgotten' }] });
  });
});
