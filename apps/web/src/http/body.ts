/** Bodies: JSON under /api, forms elsewhere, at most 256 KiB, nothing that reaches into JavaScript's own objects. */
import express, { type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import { Problem } from './problem';
import { assertAllSafe, isStorable } from './text';

export const MAX_BODY_BYTES = 256 * 1024;

export const isApi = (request: Request): boolean => request.path === '/api' || request.path.startsWith('/api/');
export const isUnsafe = (request: Request): boolean => !['GET', 'HEAD', 'OPTIONS'].includes(request.method);

const json = express.json({
  limit: MAX_BODY_BYTES,
  strict: true,
  type: 'application/json',
});
const form = express.urlencoded({ extended: false, limit: MAX_BODY_BYTES, parameterLimit: 500 });

const tooLarge = (): Problem =>
  new Problem(
    413,
    'body-too-large',
    'The request is too large',
    'A request carries at most 256 KiB. Send less; documents have no place here yet.',
  );

const saysBody = (request: Request): boolean =>
  request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;

export const body: RequestHandler = (request: Request, response: Response, next: NextFunction) => {
  if (!isPlainAddress(request.originalUrl)) {
    return next(new Problem(400, 'invalid-address', 'The address is not valid', 'Check the address.'));
  }
  if (!isUnsafe(request)) return next();
  if (!saysBody(request)) {
    request.body = {};
    return next();
  }
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) {
    // Answered at once; what is still on its way is thrown away by Node, so that the sender gets to read the answer.
    return next(tooLarge());
  }
  const expected = isApi(request) ? 'application/json' : 'application/x-www-form-urlencoded';
  if (!request.is(expected)) {
    return next(
      new Problem(415, 'unsupported-media-type', 'Wrong content type', `Send the body as ${expected}.`, {
        errors: [{ field: 'Content-Type', value: request.headers['content-type'] ?? '', remedy: `Use ${expected}.` }],
      }),
    );
  }
  const parse = isApi(request) ? json : form;
  parse(request, response, (error?: unknown) => {
    if (error) return next(problemOf(error));
    try {
      assertAllSafe(request.body);
      // What the parsers make has their own prototype or none: a plain object is what the validators expect.
      if (!isApi(request)) request.body = { ...(request.body as object) };
      next();
    } catch (unsafe) {
      next(unsafe);
    }
  });
};

function isPlainAddress(url: string): boolean {
  try {
    return url.length <= 4096 && isStorable(decodeURIComponent(url));
  } catch {
    return false;
  }
}

/** What the body parsers throw, as a problem. */
function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const { type = '', status = 400 } = error as { type?: string; status?: number };
  if (type === 'entity.too.large') return tooLarge();
  if (status === 415) {
    return new Problem(415, 'unsupported-media-type', 'Wrong content type', 'Send UTF-8 without content encoding.');
  }
  if (type === 'request.aborted') return new Problem(400, 'aborted', 'The request broke off', 'Send it again.');
  if (type === 'parameters.too.many') {
    return new Problem(400, 'too-many-fields', 'The request is not valid', 'Send fewer fields.');
  }
  return new Problem(400, 'malformed-body', 'The body cannot be read', 'Send one well-formed JSON object.');
}
