/** Somebody to be where there is no demo city: one person a role, so that an imported register can be looked at. */
import type { Directory } from '@app/directory';
import { newId } from '@app/kernel';

const PEOPLE = [
  { name: 'A chair', role: 'chair' },
  { name: 'A clerk', role: 'clerk' },
  { name: 'An inclusion director', role: 'director' },
  { name: 'A referrer', role: 'referrer' },
  { name: 'An agency member', role: 'agencyMember' },
  { name: 'An administrator', role: 'administrator' },
] as const;

/** How often they are given what an import brought meanwhile. */
const EVERY_MS = 5_000;

/** Keeps them up to date while the application runs; answers what ends that. */
export async function keepPeople(directory: Directory): Promise<() => void> {
  await savePeople(directory);
  // Missed once, the next time makes up for it: a start without a database is told elsewhere.
  const timer = setInterval(() => void savePeople(directory).catch(() => undefined), EVERY_MS);
  return () => clearInterval(timer);
}

/** Saves them, or brings them up to date: they serve every panel and speak for every school there is by now. */
async function savePeople(directory: Directory): Promise<void> {
  const known = new Map((await directory.persons()).map((person) => [person.name, person]));
  const panelIds = (await directory.panels()).map((panel) => panel.panelId);
  const urns = (await directory.schools()).map((school) => school.urn);
  for (const { name, role } of PEOPLE) {
    const before = known.get(name);
    const serves = role === 'chair' || role === 'clerk' || role === 'agencyMember' ? panelIds : [];
    const speaksFor = role === 'referrer' ? urns : [];
    if (before?.panelIds.length === serves.length && before.urns.length === speaksFor.length) continue;
    await directory.savePerson({
      personRef: before?.personRef ?? newId(),
      name,
      role,
      panelIds: serves,
      urns: speaksFor,
      demo: true,
    });
  }
}
