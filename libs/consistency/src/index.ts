/** What leaves the library: released results, their rows and pictures. No statistic does (consistency.md 4.3). */
export { betweenSchoolsSvg } from './charts/between-schools';
export { casesLikeTheseSvg } from './charts/cases-like-these';
export { funnelSvg, spreadSvg } from './charts/funnel';
export { movesThatLastSvg } from './charts/moves-that-last';
export { precedentsSvg } from './charts/precedents';
export { sameCaseSvg } from './charts/same-case';
export { stagesSvg } from './charts/stages';
export { runningSvg, steadySvg } from './charts/steady-over-time';
export { panelRowsCsv } from './csv';
export { WITHHELD, type Tier, type Withheld } from './disclosure';
export {
  type Funnel,
  type PanelResult,
  type PanelRow,
  panelsSideBySide,
  type PanelsSideBySide,
  rowOf,
  UnknownWindow,
} from './results/panels-side-by-side';
export * from './read-models/panel-months';
export type { Result } from './result';
export { betweenSchools, type BetweenSchools } from './results/between-schools';
export { casesLikeThese, type CasesLikeThese, type PanelCases } from './results/cases-like-these';
export { firstViewResults, type FirstViewResults } from './results/first-views';
export { howMuchPanelsDiffer, type HowMuchPanelsDiffer, type PanelWindows } from './results/how-much-panels-differ';
export { type FollowedMove, movesThatLast, type MovesThatLast } from './results/moves-that-last';
export { likeCases, type LikeCases, type LikeCasesQuery } from './results/precedents';
export { type Round, sameCase, type SameCase } from './results/same-case';
export { type GroupResults, stageByGroup, type StageCount } from './results/stages';
export {
  type RunningDifference,
  type SteadyChart,
  steadyOverTime,
  type TimedDecision,
} from './results/steady-over-time';
export { timeTaken, type TimeTaken, type Waits } from './results/time-taken';
export { LAST_36_MONTHS, type Window } from './windows';
