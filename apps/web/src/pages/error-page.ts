import type { Request, Response } from 'express';
import { isUnsafe } from '../http/body';
import { csrfToken, isFromElsewhere } from '../http/csrf';
import type { Problem } from '../http/problem';
import { leaveSession } from '../http/session';
import { renderPage } from './page';

export function errorPage(request: Request, response: Response, problem: Problem): void {
  const status = problem.getStatus();
  if (status === 503) return outagePage(request, response, problem);
  renderPage(
    request,
    response,
    'problem',
    { title: problem.title, detail: problem.detail, reasons: (problem.more.errors ?? []).map(({ remedy }) => remedy) },
    status,
  );
}

/**
 * Says calmly what happened and what to do. What was typed is in the page itself, for the button that sends it again; it
 * is kept nowhere else, and the same form is never recorded twice.
 */
function outagePage(request: Request, response: Response, problem: Problem): void {
  const again = isUnsafe(request) && !isFromElsewhere(request) ? typedIn(request) : undefined;
  renderPage(
    request,
    response,
    'unavailable',
    {
      title: TITLES[problem.code] ?? 'Evenhand cannot reach its records just now',
      code: problem.code,
      requestId: response.locals.requestId as string,
      address: request.originalUrl,
      again,
    },
    503,
    () => leaveSession(request),
  );
}

const TITLES: Readonly<Record<string, string>> = {
  'outcome-unknown': 'We do not know yet whether this was recorded',
  'too-slow': 'Evenhand is taking too long just now',
  stopping: 'Evenhand is being restarted',
};

/** Every field of the form that was sent, as its hidden fields: the token too, which is taken out of a body once it was found right. */
function typedIn(request: Request): readonly { readonly name: string; readonly value: string }[] {
  const body = (request.body ?? {}) as Readonly<Record<string, unknown>>;
  const fields = request.session && request.viewer ? { ...body, _csrf: csrfToken(request) } : body;
  return Object.entries(fields).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one) => ({ name, value: String(one) })),
  );
}
