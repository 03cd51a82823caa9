/** What leaves the library: released results, their rows and pictures. No statistic does (consistency.md 4.3). */
export { funnelSvg } from './charts/funnel';
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
} from './panels-side-by-side';
export * from './read-models/panel-months';
export type { Result } from './result';
export { LAST_36_MONTHS, type Window } from './windows';
