/**
 * The one place for words about figures (consistency.md 1.3): templates filled by the server, natural frequencies first,
 * no word that accuses. The same data always reads the same.
 */
import type { Tier } from './disclosure';
import { betweenSchoolsTemplates } from './sentences/between-schools';
import { casesLikeTheseTemplates } from './sentences/cases-like-these';
import { firstViewsTemplates } from './sentences/first-views';
import { howMuchPanelsDifferTemplates } from './sentences/how-much-panels-differ';
import { movesThatLastTemplates } from './sentences/moves-that-last';
import { panelsSideBySideTemplates } from './sentences/panels-side-by-side';
import { precedentsTemplates } from './sentences/precedents';
import { sameCaseTemplates } from './sentences/same-case';
import { stagesTemplates } from './sentences/stages';
import { steadyOverTimeTemplates } from './sentences/steady-over-time';
import { timeTakenTemplates } from './sentences/time-taken';

declare const filled: unique symbol;
/** Words that a template was filled with: only `say` makes them. */
export type Sentence = string & { readonly [filled]: true };

/** Every family's templates, by name: a function of what fills it and the reader's tier. */
const TEMPLATES = {
  ...betweenSchoolsTemplates,
  ...casesLikeTheseTemplates,
  ...firstViewsTemplates,
  ...howMuchPanelsDifferTemplates,
  ...movesThatLastTemplates,
  ...panelsSideBySideTemplates,
  ...precedentsTemplates,
  ...sameCaseTemplates,
  ...stagesTemplates,
  ...steadyOverTimeTemplates,
  ...timeTakenTemplates,
};

type Templates = typeof TEMPLATES;
/** The name of a template and what fills it. */
export type Template = { [Of in keyof Templates]: { readonly of: Of } & Parameters<Templates[Of]>[0] }[keyof Templates];

/** Fills a template for a reader of a tier. */
export function say(template: Template, tier: Tier): Sentence {
  const words = TEMPLATES[template.of] as (told: Template, tier: Tier) => string;
  return words(template, tier) as Sentence;
}
