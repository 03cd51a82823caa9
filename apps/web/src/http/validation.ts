/** Checks what was sent against its class: unknown fields are refused, and every wrong field is named with its remedy. */
import { ValidationPipe } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError, type ValidatorOptions } from 'class-validator';
import { type FieldError, invalid } from './problem';

const OPTIONS: ValidatorOptions = {
  whitelist: true,
  forbidNonWhitelisted: true,
  forbidUnknownValues: true,
  stopAtFirstError: false,
};

/** Their values are a child's or somebody's own words: an answer names the field and does not repeat them. */
const PRIVATE =
  /name|upn|birth|words|view$|rationale|evidence|wording|reason$|plan$|summary|strengths|circumstances|helps|terms$/i;

export const validation = (): ValidationPipe =>
  new ValidationPipe({ ...OPTIONS, transform: true, exceptionFactory: (errors) => invalid(fieldErrors(errors)) });

/** For a page's form: the errors, or the checked record. */
export function checked<T extends object>(type: new () => T, plain: object): { value: T; errors: FieldError[] } {
  const value = plainToInstance(type, plain);
  return { value, errors: fieldErrors(validateSync(value, OPTIONS)) };
}

/** In the order in which the class declares its fields, one a field. */
export function fieldErrors(errors: readonly ValidationError[], path = ''): FieldError[] {
  return errors.flatMap((error) => {
    const field = /^\d+$/.test(error.property)
      ? `${path}[${error.property}]`
      : path
        ? `${path}.${error.property}`
        : error.property;
    if (error.children && error.children.length > 0) return fieldErrors(error.children, field);
    // The decorator nearest the property speaks first.
    const [[kind, message] = ['', 'Send another value.']] = Object.entries(error.constraints ?? {});
    const remedy = kind === 'whitelistValidation' ? 'Leave this field out: it is not known here.' : message;
    const shown = PRIVATE.test(error.property) || kind === 'whitelistValidation' ? undefined : shownValue(error.value);
    return [{ field, ...(shown === undefined ? {} : { value: shown }), remedy }];
  });
}

function shownValue(value: unknown): unknown {
  if (value === undefined) return undefined;
  const text = JSON.stringify(value) ?? '';
  return text.length <= 100 ? value : `${text.slice(0, 100)}…`;
}
