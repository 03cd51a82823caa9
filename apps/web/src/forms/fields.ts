/** A form is a list of fields: from it come the page, the order of its errors, and the record that the checks look at. */
import type { CodedValue } from '@app/kernel';
import type { FieldError } from '../http/problem';
import { datesInWords } from '../views';

export interface Option {
  readonly value: string;
  readonly text: string;
  readonly hint?: string;
}

interface Labelled {
  /** The field of the request; a dot goes into a record. */
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  /** What to say when it is left blank. */
  readonly ask?: string;
}

export type Field =
  | (Labelled & { readonly kind: 'text'; readonly width?: number; readonly type?: string })
  | (Labelled & { readonly kind: 'area'; readonly rows?: number })
  | (Labelled & { readonly kind: 'number'; readonly suffix?: string })
  | (Labelled & { readonly kind: 'date' })
  | (Labelled & {
      readonly kind: 'radios' | 'select' | 'ticks';
      readonly options: readonly Option[];
      readonly inline?: boolean;
    })
  | (Labelled & { readonly kind: 'yesNo' })
  | { readonly kind: 'heading'; readonly text: string; readonly intro?: string };

type Named = Exclude<Field, { kind: 'heading' }>;

export type Values = Readonly<Record<string, string | readonly string[]>>;

export const optionsOf = (set: readonly CodedValue[]): Option[] =>
  set.map(({ code, label }) => ({ value: code, text: label }));

export const named = (fields: readonly Field[]): Named[] =>
  fields.filter((field): field is Named => field.kind !== 'heading');

/** The inputs that a field has in the page. */
export const inputsOf = (field: Named): string[] =>
  field.kind === 'date' ? ['day', 'month', 'year'].map((part) => `${field.name}-${part}`) : [field.name];

const HIDDEN = ['formId', 'revision', 'meetingRevision'];

/**
 * What was typed: as it was, to show again, and as the record that the request's class checks. Blank is absent. Names
 * that the form does not have are errors.
 */
export function readForm(
  fields: readonly Field[],
  body: Readonly<Record<string, unknown>>,
): { values: Values; plain: Record<string, unknown>; unknown: FieldError[] } {
  const known = new Set([...named(fields).flatMap(inputsOf), ...HIDDEN]);
  const unknown = Object.keys(body)
    .filter((name) => !known.has(name))
    .map((name) => ({ field: name.slice(0, 60), remedy: 'The form has no such field. Load the page again.' }));
  const values: Record<string, string | readonly string[]> = {};
  for (const name of known) {
    const value = body[name];
    if (typeof value === 'string') values[name] = value;
    else if (Array.isArray(value)) values[name] = value.filter((one) => typeof one === 'string');
  }
  const plain: Record<string, unknown> = {};
  for (const field of named(fields)) {
    const value = valueOf(field, values);
    if (value !== undefined) put(plain, field.name, value);
  }
  return { values, plain, unknown };
}

const single = (value: string | readonly string[] | undefined): string =>
  (typeof value === 'string' ? value : (value?.join(' ') ?? '')).trim();

function valueOf(field: Named, values: Values): unknown {
  const text = single(values[field.name]);
  switch (field.kind) {
    case 'ticks':
      return typeof values[field.name] === 'string' ? [values[field.name]] : [...(values[field.name] ?? [])];
    case 'date':
      return dateOf(inputsOf(field).map((input) => single(values[input])));
    case 'yesNo':
      return text === 'yes' ? true : text === 'no' ? false : text || undefined;
    case 'number':
      return text === '' ? undefined : /^\d{1,6}([.,]\d)?$/.test(text) ? Number(text.replace(',', '.')) : text;
    case 'area':
      return text === '' ? undefined : text.replace(/\r\n/g, '\n');
    default:
      return text === '' ? undefined : text;
  }
}

function dateOf([day = '', month = '', year = '']: readonly string[]): string | undefined {
  if (day === '' && month === '' && year === '') return undefined;
  const whole = [day, month].every((part) => /^\d{1,2}$/.test(part)) && /^\d{4}$/.test(year);
  return whole ? `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}` : `${day}/${month}/${year}`;
}

function put(record: Record<string, unknown>, path: string, value: unknown): void {
  const [head = '', ...rest] = path.split('.');
  if (rest.length === 0) record[head] = value;
  else put((record[head] ??= {}) as Record<string, unknown>, rest.join('.'), value);
}

/** An error as the page shows it: at its field, or at the top of the form. */
export interface ShownError {
  readonly text: string;
  readonly href: string;
  readonly name?: string;
}

export const idOf = (name: string): string => name.replace(/[^A-Za-z0-9]+/g, '-');

/** In the order of the page; first those that belong to no field. A blank field is asked for in its own words. */
export function shownErrors(fields: readonly Field[], values: Values, errors: readonly FieldError[]): ShownError[] {
  const order = named(fields);
  const placed = errors.map((error) => {
    const at = order.findIndex(({ name }) => belongs(error.field, name));
    const field = order[at];
    if (!field) return { at: -1, shown: { text: datesInWords(error.remedy), href: '#form' } };
    const blank = error.code === undefined && inputsOf(field).every((input) => single(values[input]) === '');
    const text =
      error.code !== undefined
        ? datesInWords(error.remedy)
        : blank && field.ask !== undefined
          ? field.ask
          : readable(error.remedy, field);
    return { at, shown: { text, href: `#${firstInput(field)}`, name: field.name } };
  });
  const seen = new Set<string>();
  return placed
    .sort((a, b) => a.at - b.at)
    .map(({ shown }) => shown)
    .filter(({ text, name = '' }) => {
      // One message a field, and none twice.
      const key = name || text;
      return seen.has(key) ? false : Boolean(seen.add(key));
    });
}

const belongs = (errorField: string, name: string): boolean =>
  errorField !== '' &&
  (errorField === name ||
    errorField.startsWith(`${name}[`) ||
    errorField.startsWith(`${name}.`) ||
    name.endsWith(`.${errorField}`));

const firstInput = (field: Named): string =>
  idOf(field.kind === 'date' ? `${field.name}-day` : field.kind === 'yesNo' ? `${field.name}` : field.name);

/** The remedy of the API in the words of a page; a refusal, which has a code, speaks for itself. */
function readable(remedy: string, field: Named): string {
  if (field.kind === 'date') return `${field.label}: enter a date that exists, such as 27 3 2026.`;
  if (/^Send one of|^Send a list, each/.test(remedy)) return `${field.label}: choose one of the answers shown.`;
  return remedy.startsWith('Send ') ? `${field.label}: ${remedy.replace(/^Send /, 'enter ')}` : remedy;
}
