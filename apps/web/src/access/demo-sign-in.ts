/** The demonstration's sign-in: choose who to be. Only from this machine, never in production. */
import type { Request } from 'express';
import { Problem } from '../http/problem';

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/;
const LOCAL_NAMES = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Throws Problem 403 unless the request comes from this machine itself, by its own name, through no proxy. */
export function assertDemoAllowed(request: Request): void {
  if (process.env['NODE_ENV'] === 'production') {
    throw new Problem(
      403,
      'no-demo-sign-in',
      'No sign-in is set up',
      'The picker of persons is for the demonstration and is off in production. Sign-in with an identity provider is not there yet.',
    );
  }
  const fromHere = LOOPBACK.test(request.socket.remoteAddress ?? '');
  const byName = LOCAL_NAMES.has((request.headers.host ?? '').replace(/:\d+$/, ''));
  const proxied = request.headers['x-forwarded-for'] !== undefined || request.headers.forwarded !== undefined;
  if (!fromHere || !byName || proxied) {
    throw new Problem(
      403,
      'loopback-only',
      'Only from this machine',
      'The demonstration can be used only on the machine it runs on, at http://localhost.',
    );
  }
}

/** A new session for the person, so that a cookie from before the sign-in is worth nothing. */
export function signInAs(request: Request, personRef: string): Promise<void> {
  return new Promise((resolve, reject) => {
    request.session.regenerate((error?: unknown) => {
      if (error) return reject(error);
      request.session.personRef = personRef;
      request.session.save((failed?: unknown) => (failed ? reject(failed) : resolve()));
    });
  });
}

export function signOut(request: Request): Promise<void> {
  return new Promise((resolve, reject) => {
    request.session.destroy((error?: unknown) => (error ? reject(error) : resolve()));
  });
}
