/** A form of ours carries the session's token; a script's JSON must not come from another origin. */
import { csrfSync } from 'csrf-sync';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { isApi, isUnsafe } from './body';
import { Problem } from './problem';

const { csrfSynchronisedProtection, generateToken } = csrfSync({
  getTokenFromRequest: (request) => (request.body as { _csrf?: string } | undefined)?._csrf,
});

const refusedOrigin = (): Problem =>
  new Problem(403, 'cross-origin', 'Not from here', 'Unsafe requests are taken from this address only.');

export const csrf: RequestHandler = (request: Request, response: Response, next: NextFunction) => {
  if (!isUnsafe(request)) return next();
  if (isFromElsewhere(request)) return next(refusedOrigin());
  if (isApi(request)) return next();
  csrfSynchronisedProtection(request, response, (error?: unknown) => {
    if (error) {
      return next(
        new Problem(
          403,
          'form-expired',
          'This form is no longer valid',
          'You were signed out, or the page is old. Go back, load the page again and send it once more.',
        ),
      );
    }
    delete (request.body as { _csrf?: string })._csrf;
    next();
  });
};

/** Sent by a page of another site. */
export function isFromElsewhere(request: Request): boolean {
  const { origin } = request.headers;
  const site = request.headers['sec-fetch-site'];
  return site === 'cross-site' || (origin !== undefined && originHost(origin) !== request.headers.host);
}

/** The token of the session; made on first use, and only pages with a form ask for it. */
export const csrfToken = (request: Request): string => generateToken(request);

function originHost(origin: string): string | undefined {
  try {
    return new URL(origin).host;
  } catch {
    return undefined;
  }
}
