/** The kinds of field that requests have: one decorator each, for the check, the remedy it names, and the description. */
import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsObject,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  registerDecorator,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { isCalendarDate, isUpn, normalisedUpn } from '@app/kernel';

interface Kind {
  readonly optional?: boolean;
  /** What it means, in the description of the API. */
  readonly says?: string;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

type Json = Parameters<typeof ApiProperty>[0];

/** Missing speaks first: the decorator nearest the property does, so it stands last. */
const field = (schema: object, { optional = false, says }: Kind, ...checks: PropertyDecorator[]): PropertyDecorator =>
  applyDecorators(
    ApiProperty({ ...schema, required: !optional, ...(says === undefined ? {} : { description: says }) } as Json),
    ...checks,
    ...(optional ? [OmittedNotNull()] : [IsNotEmpty({ message: 'Send this field.' })]),
  );

/** Leave it out or give a value; null is neither. */
const OmittedNotNull = (): PropertyDecorator => (target, name) => {
  // Not IsOptional: that one passes over every check of a null, this one too.
  ValidateIf((_, value) => value !== undefined)(target, name);
  registerDecorator({
    name: 'omittedNotNull',
    target: (target as object).constructor,
    propertyName: String(name),
    options: { message: 'Leave this field out when there is nothing to say; null is not taken.' },
    validator: { validate: (value: unknown) => value !== null },
  });
};

const satisfies =
  (test: (value: unknown) => boolean, message: string): PropertyDecorator =>
  (target, name) =>
    registerDecorator({
      name: `satisfies ${message}`,
      target: (target as object).constructor,
      propertyName: String(name),
      options: { message },
      validator: { validate: test },
    });

/** An opaque reference. */
export const Ref = (kind: Kind = {}): PropertyDecorator =>
  field(
    { type: 'string', format: 'uuid' },
    kind,
    satisfies((value) => typeof value === 'string' && UUID.test(value), 'Send a lower-case UUID.'),
  );

export const Urn = (kind: Kind = {}): PropertyDecorator =>
  field(
    { type: 'string', pattern: '^\\d{6}$' },
    kind,
    satisfies((value) => typeof value === 'string' && /^\d{6}$/.test(value), "Send the school's six-digit URN."),
  );

export const Code = (codes: readonly string[], kind: Kind = {}): PropertyDecorator =>
  field({ type: 'string', enum: [...codes] }, kind, IsIn([...codes], { message: `Send one of: ${codes.join(', ')}.` }));

export const Codes = (codes: readonly string[], kind: Kind = {}): PropertyDecorator =>
  field(
    { type: 'array', items: { type: 'string', enum: [...codes] } },
    kind,
    satisfies(
      (value) =>
        Array.isArray(value) &&
        value.length <= codes.length &&
        new Set(value).size === value.length &&
        value.every((one) => codes.includes(one as string)),
      `Send a list, each at most once, of: ${codes.join(', ')}.`,
    ),
  );

export const Day = (kind: Kind = {}): PropertyDecorator =>
  field(
    { type: 'string', format: 'date' },
    kind,
    satisfies(
      (value) => isCalendarDate(value) && value >= '1990-01-01' && value <= '2099-12-31',
      'Send a date that exists, as yyyy-mm-dd, from 1990 to 2099.',
    ),
  );

export const Whole = (min: number, max: number, kind: Kind = {}): PropertyDecorator => {
  const message = `Send a whole number from ${min} to ${max}.`;
  return field(
    { type: 'integer', minimum: min, maximum: max },
    kind,
    Max(max, { message }),
    Min(min, { message }),
    IsInt({ message }),
  );
};

export const HalfDays = (kind: Kind = {}): PropertyDecorator =>
  field(
    { type: 'number', minimum: 0, maximum: 1000, multipleOf: 0.5 },
    kind,
    satisfies(
      (value) => typeof value === 'number' && value >= 0 && value <= 1000 && Number.isInteger(value * 2),
      'Send days from 0 to 1000, in halves.',
    ),
  );

export const YesOrNo = (kind: Kind = {}): PropertyDecorator =>
  field({ type: 'boolean' }, kind, IsBoolean({ message: 'Send true or false.' }));

/** What a person wrote or is called; it goes to the vault. */
export const Words = (max: number, kind: Kind = {}): PropertyDecorator =>
  field(
    { type: 'string', maxLength: max },
    kind,
    MaxLength(max, { message: `Send at most ${max} letters.` }),
    IsString({ message: 'Send text.' }),
  );

export const Version = (kind: Kind = {}): PropertyDecorator =>
  field(
    { type: 'string', pattern: '^(\\d{1,4}|\\d{4}-\\d{2}-\\d{2})$' },
    kind,
    Matches(/^(\d{1,4}|\d{4}-\d{2}-\d{2})$/, { message: 'Send a number of up to four digits, or a date yyyy-mm-dd.' }),
    IsString({ message: 'Send text.' }),
  );

export const Upn = (kind: Kind = {}): PropertyDecorator =>
  field(
    { type: 'string', minLength: 13, maxLength: 13 },
    kind,
    satisfies(
      (value) => typeof value === 'string' && isUpn(normalisedUpn(value)),
      'Send the 13 characters of the UPN; its check letter must fit.',
    ),
  );

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- any class
type AnyClass = new (...args: any[]) => object;

/** A record of its own. */
export const One = (type: () => AnyClass, kind: Kind = {}): PropertyDecorator =>
  field(
    { type },
    kind,
    Type(type),
    ValidateNested({ message: 'Send a record of these fields.' }),
    IsObject({ message: 'Send a record.' }),
  );

export const Many = (type: () => AnyClass, max: number, kind: Kind = {}): PropertyDecorator =>
  field(
    { type, isArray: true },
    kind,
    Type(type),
    ValidateNested({ each: true, message: 'Send a list of records.' }),
    satisfies(
      (value) => !Array.isArray(value) || value.every((one) => typeof one === 'object' && one !== null),
      'Send a list of records.',
    ),
    ArrayMaxSize(max, { message: `Send at most ${max}.` }),
    IsArray({ message: 'Send a list.' }),
  );

export const Refs = (max: number, kind: Kind = {}): PropertyDecorator =>
  field(
    { type: 'array', items: { type: 'string', format: 'uuid' } },
    kind,
    satisfies(
      (value) =>
        Array.isArray(value) &&
        value.length <= max &&
        value.every((one) => typeof one === 'string' && UUID.test(one)) &&
        new Set(value).size === value.length,
      `Send a list of at most ${max} lower-case UUIDs, each once.`,
    ),
  );

export const Urns = (max: number, kind: Kind = {}): PropertyDecorator =>
  field(
    { type: 'array', items: { type: 'string', pattern: '^\\d{6}$' } },
    kind,
    satisfies(
      (value) =>
        Array.isArray(value) &&
        value.length <= max &&
        value.every((one) => typeof one === 'string' && /^\d{6}$/.test(one)) &&
        new Set(value).size === value.length,
      `Send a list of at most ${max} six-digit URNs, each once.`,
    ),
  );

export const Days = (max: number, kind: Kind = {}): PropertyDecorator =>
  field(
    { type: 'array', items: { type: 'string', format: 'date' } },
    kind,
    satisfies(
      (value) =>
        Array.isArray(value) &&
        value.length <= max &&
        value.every(isCalendarDate) &&
        new Set(value).size === value.length,
      `Send a list of at most ${max} dates that exist, as yyyy-mm-dd, each once.`,
    ),
  );
