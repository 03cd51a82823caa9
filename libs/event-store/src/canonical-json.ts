/**
 * RFC 8785 canonical JSON. JSON.stringify already writes numbers and strings as the RFC asks; what is left is the order
 * of keys, by UTF-16 code units, as Array.sort compares them. (The package `canonicalize` 4 cannot be required.)
 */
import type { Json } from './event-store';

const LONE_SURROGATE = /\p{Surrogate}/u;

/** Throws TypeError for what JSON cannot carry: a number that is not finite, undefined, half a character. */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const fields = value as { readonly [key: string]: Json };
    const sorted = Object.keys(fields).sort();
    return `{${sorted.map((key) => `${canonicalJson(key)}:${canonicalJson(fields[key]!)}`).join(',')}}`;
  }
  const carried =
    value === null ||
    typeof value === 'boolean' ||
    (typeof value === 'number' && Number.isFinite(value)) ||
    (typeof value === 'string' && !LONE_SURROGATE.test(value));
  if (!carried) throw new TypeError(`Canonical JSON cannot carry ${String(value)}.`);
  return JSON.stringify(value);
}
