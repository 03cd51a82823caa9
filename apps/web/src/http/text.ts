/** Text that no store can keep (NUL, half a surrogate pair) and keys that reach into JavaScript's own objects. */
import { invalid, Problem } from './problem';

/** The names that every object of JavaScript has: the checks of unknown fields take them for known. */
const FORBIDDEN_KEYS = new Set([...Object.getOwnPropertyNames(Object.prototype), 'prototype']);

// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

export const isStorable = (text: string): boolean => !CONTROL.test(text) && !/\p{Surrogate}/u.test(text);

/** Throws Problem 400 for one field of a form or of a JSON body. */
export function assertSafe(key: string, value: unknown): void {
  if (FORBIDDEN_KEYS.has(key)) {
    throw new Problem(400, 'forbidden-field', 'The request is not valid', `Leave the field ${key} out.`, {
      errors: [{ field: key, remedy: 'Leave this field out.' }],
    });
  }
  if (!isStorable(key)) throw invalid([{ field: '', remedy: 'A field name holds characters that cannot be kept.' }]);
  for (const text of Array.isArray(value) ? value : [value]) {
    if (typeof text === 'string' && !isStorable(text)) {
      throw invalid([{ field: key, remedy: 'Take out control characters and broken letters.' }]);
    }
  }
}

/** No request has records within records deeper than this by far; beyond it whoever walks a body would run out of stack. */
const DEEPEST = 20;

/** Throws Problem 400 for anything unsafe anywhere in a parsed body. */
export function assertAllSafe(value: unknown, key = '', depth = 0): void {
  assertSafe(key, value);
  if (value === null || typeof value !== 'object') return;
  if (depth === DEEPEST)
    throw invalid([{ field: key.slice(0, 60), remedy: 'Send fewer levels of lists and records.' }]);
  // Names are own properties here, `__proto__` too: that is how JSON.parse makes them.
  for (const [name, inner] of Object.entries(value)) assertAllSafe(inner, Array.isArray(value) ? key : name, depth + 1);
}
