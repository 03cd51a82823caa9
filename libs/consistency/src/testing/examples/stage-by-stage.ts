import { stagesSvg } from '../../charts/stages';
import { type GroupResults, type StageCount, stageByGroup } from '../../results/stages';
import type { Example } from '.';

/**
 * Three invented school years of a district. For each group, and for all other children: on roll with high needs, and how
 * many of these were referred in each year; the same with other needs.
 */
const INVENTED = [
  { group: 'children with an EHCP', own: [[40, [5, 7, 6]], [80, [3, 2, 4]]], others: [[160, [14, 12, 13]], [1320, [24, 22, 26]]] }, // prettier-ignore
  { group: 'children with free school meals', own: [[80, [8, 6, 9]], [320, [9, 10, 8]]], others: [[120, [11, 13, 10]], [1080, [18, 14, 22]]] }, // prettier-ignore
  {
    group: 'girls',
    own: [
      [90, [7, 8, 9]],
      [700, [10, 14, 13]],
    ],
    others: [
      [110, [12, 11, 10]],
      [700, [17, 10, 17]],
    ],
  },
  { group: 'children looked after', own: [[8, [1, 0, 2]], [12, [1, 1, 0]]], others: [[192, [18, 19, 17]], [1388, [26, 23, 30]]] }, // prettier-ignore
] as const;
const YEARS = ['2023-24', '2024-25', '2025-26'];
const NEEDS = ['high', 'other'];

const groups: GroupResults[] = INVENTED.flatMap(({ group, own, others }) => {
  const counts = (name: string, cells: typeof own | typeof others): StageCount[] =>
    cells.flatMap(([n, referred], need) =>
      referred.map((events, year) => ({
        group: name,
        year: YEARS[year] as string,
        need: NEEDS[need] as string,
        n,
        events,
      })),
    );
  return stageByGroup(
    [...counts(group, own), ...counts('other children', others)],
    { stage: 'referred', groups: [group] },
    2,
  );
});

const { sentence } = (groups[0] as GroupResults).ratio;
export const example: Example = { sentence, svg: stagesSvg(groups, sentence) };
