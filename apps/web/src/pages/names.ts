/** What the opaque references of schools, panels and people are called. */
import type { Names } from '@app/cases';
import type { Directory } from '@app/directory';

export async function namesOf(directory: Directory): Promise<Names> {
  const [schools, panels, persons] = await Promise.all([directory.schools(), directory.panels(), directory.persons()]);
  const schoolNames = new Map(schools.map(({ urn, name }) => [urn, name]));
  const panelNames = new Map(panels.map(({ panelId, name }) => [panelId, name]));
  const personNames = new Map(persons.map(({ personRef, name }) => [personRef, name]));
  return {
    school: (urn) => schoolNames.get(urn) ?? `school ${urn}`,
    panel: (panelId) => panelNames.get(panelId) ?? 'a panel without a name',
    person: (ref) => personNames.get(ref) ?? 'somebody no longer in the directory',
  };
}
