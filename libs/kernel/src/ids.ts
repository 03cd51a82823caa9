import { randomUUID } from 'node:crypto';
import { v5, validate } from 'uuid';

/** A random id, lower case. */
export const newId = (): string => randomUUID();

/**
 * uuidv5 of a name under a random id. Only ever of random ids and step names: nothing is computed from a child's name,
 * UPN or case reference (event-format.md 2).
 */
export const derivedId = (namespace: string, name: string | number): string => v5(String(name), namespace);

export const isId = (value: unknown): value is string =>
  typeof value === 'string' && value === value.toLowerCase() && validate(value);

/** id = uuidv5(meetingId, caseId): two clerks who decide the same case in the same meeting meet in one stream. */
export const decisionIdOf = (meetingId: string, caseId: string): string => derivedId(meetingId, caseId);
