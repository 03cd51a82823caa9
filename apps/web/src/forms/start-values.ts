/** What a form starts with where something is recorded already: the record's fields as the inputs hold them. */
import { type Field, named, type Values } from './fields';

export function startValues(fields: readonly Field[], record: object): Values {
  const values: Record<string, string | readonly string[]> = {};
  for (const field of named(fields)) {
    const value = field.name
      .split('.')
      .reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], record);
    if (value === undefined || value === null) continue;
    if (field.kind === 'date') {
      const [year = '', month = '', day = ''] = String(value).split('-');
      values[`${field.name}-day`] = String(Number(day));
      values[`${field.name}-month`] = String(Number(month));
      values[`${field.name}-year`] = year;
    } else if (field.kind === 'ticks') values[field.name] = (value as unknown[]).map(String);
    else if (field.kind === 'yesNo') values[field.name] = value === true ? 'yes' : 'no';
    else if (typeof value !== 'object') values[field.name] = String(value);
  }
  return values;
}
