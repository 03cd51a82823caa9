/** Anything that any template may be filled with: a file a family, so that a template without one does not compile. */
import fc from 'fast-check';
import type { Template } from '../../sentences';
import { betweenSchools } from './between-schools';
import { casesLikeThese } from './cases-like-these';
import { firstViews } from './first-views';
import { howMuchPanelsDiffer } from './how-much-panels-differ';
import { movesThatLast } from './moves-that-last';
import { panelsSideBySide } from './panels-side-by-side';
import { precedents } from './precedents';
import { sameCase } from './same-case';
import { stages } from './stages';
import { steadyOverTime } from './steady-over-time';
import { timeTaken } from './time-taken';

/** For each of a family's templates, what may fill it. */
export type ToldBy<Templates extends Record<string, (told: never, tier: never) => string>> = {
  readonly [Of in keyof Templates]: fc.Arbitrary<Parameters<Templates[Of]>[0]>;
};

const TOLD: { readonly [Of in Template['of']]: fc.Arbitrary<Omit<Extract<Template, { of: Of }>, 'of'>> } = {
  ...betweenSchools,
  ...casesLikeThese,
  ...firstViews,
  ...howMuchPanelsDiffer,
  ...movesThatLast,
  ...panelsSideBySide,
  ...precedents,
  ...sameCase,
  ...stages,
  ...steadyOverTime,
  ...timeTaken,
};

export const anyTemplate: fc.Arbitrary<Template> = fc
  .constantFrom(...(Object.keys(TOLD) as Template['of'][]))
  .chain((of) => (TOLD[of] as fc.Arbitrary<object>).map((told) => ({ of, ...told }) as Template));
