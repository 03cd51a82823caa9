export { panelRowsCsv } from './csv';
export { WITHHELD, type Tier, type Withheld } from './disclosure';
export * from './panels-side-by-side';
export { LAST_36_MONTHS, type Window } from './windows';
export { funnelSvg } from './charts/funnel';
export * from './read-models/panel-months';
