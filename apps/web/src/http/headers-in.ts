/** What unsafe requests say in their headers: a key of their own, and the revision that they know. */
import type { Request } from 'express';
import { invalid, Problem } from './problem';

const KEY = /^[\x21-\x7e]{8,128}$/;

/** Throws Problem 428 without a key, 400 with an unusable one. */
export function idempotencyKey(request: Request): string {
  const key = request.get('Idempotency-Key');
  if (key === undefined || key === '') {
    throw new Problem(
      428,
      'idempotency-key-missing',
      'Idempotency-Key is needed',
      'Send an Idempotency-Key, such as a random UUID: the same key sent again never records twice.',
      { errors: [{ field: 'Idempotency-Key', remedy: 'Send a new random key with each new request.' }] },
    );
  }
  if (!KEY.test(key)) {
    throw invalid([{ field: 'Idempotency-Key', remedy: 'Send 8 to 128 visible ASCII characters.' }]);
  }
  return key;
}

/** The revision of If-Match, `"r3"`; nothing without the header. Throws Problem 400. */
export function knownRevision(request: Request): number | undefined {
  const given = request.get('If-Match');
  if (given === undefined) return undefined;
  const revision = /^"r(\d{1,9})"$/.exec(given)?.[1];
  if (revision === undefined) {
    throw invalid([
      { field: 'If-Match', value: given.slice(0, 40), remedy: 'Send the ETag that was read, such as "r3".' },
    ]);
  }
  return Number(revision);
}
