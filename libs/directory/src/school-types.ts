/** Which GIAS establishment types are mainstream schools: a managed move goes from one to another (domain.md A.1 MM1). */

const MAINSTREAM = new Set([
  'academy converter',
  'academy sponsor led',
  'city technology college',
  'community school',
  'foundation school',
  'free schools',
  'studio schools',
  'university technical college',
  'voluntary aided school',
  'voluntary controlled school',
]);

/** Types that are known not to be mainstream, by a word in their name. */
const NOT_MAINSTREAM =
  /special|alternative provision|pupil referral|secure|hospital|nursery|independent|16[- ]19|college/;

/** True, false, or nothing when the type is missing or GIAS has a new one that Evenhand does not know. */
export function isMainstream(type: string | undefined): boolean | undefined {
  const name = type?.trim().toLowerCase();
  if (!name) return undefined;
  if (MAINSTREAM.has(name)) return true;
  return NOT_MAINSTREAM.test(name) ? false : undefined;
}
