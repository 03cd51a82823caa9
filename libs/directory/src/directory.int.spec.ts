import { Directory, directoryMigrations } from '@app/directory';
import { createTestDatabase } from '../../../test/support/database';

describe('the directory', () => {
  let database: Awaited<ReturnType<typeof createTestDatabase>>;
  let directory: Directory;
  beforeAll(async () => {
    database = await createTestDatabase(directoryMigrations);
    directory = new Directory(database.application);
  }, 60_000);
  afterAll(() => database?.drop());

  it('reserves one id for a panel, whatever the case and spacing of its name, also for two at once', async () => {
    const both = await Promise.all([directory.reservePanel('Élan  East'), directory.reservePanel(' élan east ')]);
    expect(new Set(both.map((one) => one.panelId)).size).toBe(1);
    expect(both.map((one) => one.isNew).sort()).toEqual([false, true]);
    expect(await directory.panelByName('ÉLAN EAST')).toMatchObject({ panelId: both[0].panelId });
    expect(await directory.panels()).toHaveLength(1);
    await expect(directory.reservePanel('  ')).rejects.toThrow(/blank/);
  });

  it('reserves one id for a meeting of a panel, a day and a kind', async () => {
    const { panelId } = await directory.reservePanel('Élan East');
    const reserve = (kind: string) => directory.reserveMeeting(panelId, '2026-03-02', kind);
    const [first, again, other] = [await reserve('ordinary'), await reserve('ordinary'), await reserve('chairsAction')];
    expect([first.isNew, again.isNew, other.isNew]).toEqual([true, false, true]);
    expect(again.meetingId).toBe(first.meetingId);
    expect(other.meetingId).not.toBe(first.meetingId);
  });

  it('loads schools, brings them up to date, and keeps those that a newer list leaves out', async () => {
    await directory.loadSchools([
      { urn: '123456', name: 'Ash', type: 'Community school', capacity: 900 },
      { urn: '123457', name: 'Elm' },
    ]);
    await directory.loadSchools([{ urn: '123456', name: 'Ash Academy', type: 'Academy converter', status: 'Open' }]);
    expect(await directory.schools()).toEqual([
      { urn: '123456', name: 'Ash Academy', type: 'Academy converter', status: 'Open' },
      { urn: '123457', name: 'Elm' },
    ]);
    expect(await directory.school('123457')).toEqual({ urn: '123457', name: 'Elm' });
    expect(await directory.school('999999')).toBeUndefined();
  });

  it('keeps people and their scopes', async () => {
    const personRef = 'a3f1c9de-0000-4000-8000-000000000001';
    const { panelId } = await directory.reservePanel('Élan East');
    await directory.savePerson({ personRef, name: 'R. Chair', role: 'clerk', panelIds: [], urns: [], demo: true });
    const chair = { personRef, name: 'R. Chair', role: 'chair', panelIds: [panelId], urns: ['123456'], demo: true };
    await directory.savePerson(chair);
    expect(await directory.person(personRef)).toEqual(chair);
    expect(await directory.persons()).toEqual([chair]);
  });

  it('never changes a wording under its version', async () => {
    const id = 'a3f1c9de-0000-4000-8000-000000000002';
    await directory.saveCriterion({ id, version: '1', wording: 'Support was tried' });
    await directory.saveCriterion({ id, version: '1', wording: 'Support was tried' });
    await expect(directory.saveCriterion({ id, version: '1', wording: 'Other' })).rejects.toThrow(/new version/);
    await directory.saveCriterion({ id, version: '2', wording: 'Other' });
    expect(await directory.criteria()).toHaveLength(2);
  });
});
