/** Says what the application will not do: a problem document under /api, a page elsewhere. */
import type { Request, Response } from 'express';
import { errorPage } from '../pages/error-page';
import { isApi } from './body';
import type { Problem } from './problem';
import { leaveSession } from './session';

export function answerProblem(request: Request, response: Response, problem: Problem): void {
  response.status(problem.getStatus()).set(problem.more.headers ?? {});
  if (isApi(request) || request.path.startsWith('/health')) {
    // A store that is away must not hold the answer up: nothing of the session is written behind it.
    if (problem.getStatus() === 503) leaveSession(request);
    response
      .type('application/problem+json')
      .send(JSON.stringify(problem.document(response.locals.requestId as string | undefined)));
  } else {
    errorPage(request, response, problem);
  }
}
