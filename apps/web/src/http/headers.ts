/** Headers of every answer: a nonce for the one inline script of the page template, a strict CSP, and nothing cached. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import helmet from 'helmet';

export const nonce: RequestHandler = (_request: Request, response: Response, next: NextFunction) => {
  response.locals.cspNonce = randomBytes(16).toString('base64');
  response.locals.requestId = randomUUID();
  response.set('X-Request-Id', response.locals.requestId as string);
  next();
};

export const securityHeaders = (): RequestHandler =>
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'self'"],
        'script-src': ["'self'", (_request, response) => `'nonce-${(response as Response).locals.cspNonce as string}'`],
        'style-src': ["'self'"],
        'img-src': ["'self'", 'data:'],
        'form-action': ["'self'"],
        'base-uri': ["'none'"],
        'frame-ancestors': ["'none'"],
        'object-src': ["'none'"],
      },
    },
    referrerPolicy: { policy: 'same-origin' },
  }) as RequestHandler;

export const neverCached: RequestHandler = (_request: Request, response: Response, next: NextFunction) => {
  response.set('Cache-Control', 'no-store');
  next();
};
