import { stringify } from 'csv-stringify/sync';
import type { PanelRow } from './results/panels-side-by-side';

/** The rows as a CSV file: UTF-8 with BOM, CR LF, cells that begin like a formula made harmless. */
export const panelRowsCsv = (rows: readonly PanelRow[]): string =>
  stringify([...rows], {
    header: true,
    columns: ['panel', 'decisions', 'supported', 'lower', 'upper', 'gate', 'signal', 'sentence', 'methodVersion'],
    bom: true,
    record_delimiter: 'windows',
    escape_formulas: true,
  });
