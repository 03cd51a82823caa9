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

/** Saves them, or brings them up to date: they serve every panel and speak for every school there is by now. */
export async function savePeople(directory: Directory): Promise<void> {
  const known = new Map((await directory.persons()).map((person) => [person.name, person.personRef]));
  const panelIds = (await directory.panels()).map((panel) => panel.panelId);
  const urns = (await directory.schools()).map((school) => school.urn);
  for (const { name, role } of PEOPLE)
    await directory.savePerson({
      personRef: known.get(name) ?? newId(),
      name,
      role,
      panelIds: role === 'chair' || role === 'clerk' || role === 'agencyMember' ? panelIds : [],
      urns: role === 'referrer' ? urns : [],
      demo: true,
    });
}
