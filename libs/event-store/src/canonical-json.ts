/**
 * RFC 8785 canonical JSON. JSON.stringify already writes numbers and strings as the RFC asks; what is left is the order
 * of keys, by UTF-16 code units, as Array.sort compares them. (The package `canonicalize` 4 cannot be required.)
 */
import type { Json } from './event-store';

const SURROGATE = /[\ud800-\udfff]/;
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Throws TypeError for what JSON cannot carry: a number that is not finite, undefined, half a character. */
export function canonicalJson(value: Json): string {
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return listOf(value as readonly Json[]);
  if (value !== null && typeof value === 'object') return recordOf(value as { readonly [key: string]: Json });
  const carried = value === null || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));
  if (!carried) throw new TypeError(`Canonical JSON cannot carry ${String(value)}.`);
  return String(value);
}

function quoted(value: string): string {
  // The exact look is slow, and few strings have any surrogate: every event of a log passes here.
  if (SURROGATE.test(value) && LONE_SURROGATE.test(value)) throw new TypeError(`Canonical JSON cannot carry ${value}.`);
  return JSON.stringify(value);
}

function listOf(items: readonly Json[]): string {
  let text = '[';
  for (const item of items) text += `${text.length > 1 ? ',' : ''}${canonicalJson(item)}`;
  return `${text}]`;
}

function recordOf(fields: { readonly [key: string]: Json }): string {
  let text = '{';
  for (const key of Object.keys(fields).sort())
    text += `${text.length > 1 ? ',' : ''}${quoted(key)}:${canonicalJson(fields[key]!)}`;
  return `${text}}`;
}
