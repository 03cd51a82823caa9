/** What children are found by, made unreadable under the tenant's lookup key: UPNs, and the beginnings of name words. */
import { createHmac } from 'node:crypto';
import { normalisedUpn } from '@app/kernel';
import type { KeyStore } from './vault';

export const lookupHmac = (keys: KeyStore, upn: string): Buffer =>
  createHmac('sha256', keys.tenantKey('lookup'))
    .update(`upn|${normalisedUpn(upn)}`)
    .digest();

/** A name's words for matching: no accents, apostrophes or case. */
export const nameWords = (name: string): string[] =>
  name
    .normalize('NFD')
    .replace(/[\u0300-\u036f'’`]/g, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');

/** Beginnings longer than this are found by their first letters and then compared in plain. */
const LONGEST = 8;

const token = (keys: KeyStore, start: string): Buffer =>
  createHmac('sha256', keys.tenantKey('lookup')).update(`name|${start}`).digest().subarray(0, 8);

/** The HMACs of every beginning of every word of a name. */
export function nameTokens(keys: KeyStore, name: string): Buffer[] {
  const starts = new Set<string>();
  for (const word of nameWords(name)) {
    const letters = [...word];
    for (let length = 1; length <= Math.min(letters.length, LONGEST); length += 1) {
      starts.add(letters.slice(0, length).join(''));
    }
  }
  return [...starts].map((start) => token(keys, start));
}

/** The HMACs that a name must have all of to match what was typed. */
export const searchTokens = (keys: KeyStore, typed: string): Buffer[] =>
  nameWords(typed).map((word) => token(keys, [...word].slice(0, LONGEST).join('')));

/** True when every word typed begins some word of the name. */
export function nameMatches(name: string, typed: string): boolean {
  const words = nameWords(name);
  return nameWords(typed).every((start) => words.some((word) => word.startsWith(start)));
}
