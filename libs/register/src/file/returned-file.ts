/** The sender's own file back, with only the rows that were refused and why (register.md, "Rows back to the sender"). */
import { stringify } from 'csv-stringify/sync';
import type { CellError } from '../domain/row';
import type { Sheet, SheetEncoding, SheetRow } from './sheet';

export interface RefusedRow {
  readonly row: SheetRow;
  readonly errors: readonly CellError[];
}

const RESULTS = 'Validation results';
const ERRORS = 'Errors';

const plural = (n: number): string => (n === 1 ? '1 error found' : `${n} errors found`);
const sentence = ({ column, value, remedy }: CellError): string =>
  value === '' ? `${column} is blank: ${remedy}` : `${column} is "${value}": ${remedy}`;

/** The bytes of the file, in the sender's encoding, with cells that begin like a formula made harmless. */
export function returnedFile(sheet: Sheet, refused: readonly RefusedRow[]): Buffer {
  const kept = sheet.header.map((name, at) => ({ name, at })).filter(({ name }) => name !== RESULTS && name !== ERRORS);
  const text = stringify(
    [
      [...kept.map(({ name }) => name), RESULTS, ERRORS],
      ...refused.map(({ row, errors }) => [
        ...kept.map(({ at }) => row.cells[at] ?? ''),
        plural(errors.length),
        errors.map(sentence).join(';\n'),
      ]),
    ],
    { record_delimiter: 'windows', escape_formulas: true },
  );
  return encoded(text, sheet.encoding);
}

/** Windows-1252 is Latin-1 but for 0x80 to 0x9f; what it does not have becomes a question mark. */
function encoded(text: string, encoding: SheetEncoding): Buffer {
  if (encoding !== 'windows-1252') return Buffer.from((encoding === 'utf-8-bom' ? '\ufeff' : '') + text, 'utf-8');
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  const toByte = new Map([...new TextDecoder('windows-1252').decode(bytes)].map((character, i) => [character, i]));
  return Buffer.from([...text].map((character) => toByte.get(character) ?? 0x3f));
}
