/** Everything thrown ends here: a problem document under /api, a page elsewhere; what nobody foresaw is logged, not shown. */
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import { RevisionStale, StoreUnavailable } from '@app/event-store';
import { KeyMissing } from '@app/vault';
import type { Request, Response } from 'express';
import { SignInNeeded } from '../access/sign-in-needed';
import { errorPage } from '../pages/error-page';
import { isApi } from './body';
import { notFound, Problem, stale, unavailable } from './problem';

@Catch()
export class EveryProblem implements ExceptionFilter {
  private readonly logger = new Logger('Web');

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<Request>();
    const response = http.getResponse<Response>();
    if (response.headersSent) {
      response.end();
      return;
    }
    if (error instanceof SignInNeeded && !isApi(request)) {
      response.redirect(303, '/sign-in');
      return;
    }
    const problem = this.problemOf(error, response);
    response.status(problem.getStatus()).set(problem.more.headers ?? {});
    if (isApi(request) || request.path.startsWith('/health')) {
      response.type('application/problem+json').send(JSON.stringify(problem.document()));
    } else {
      errorPage(request, response, problem);
    }
  }

  private problemOf(error: unknown, response: Response): Problem {
    if (error instanceof Problem) return error;
    if (error instanceof RevisionStale) return stale(error.expected, error.actual);
    if (error instanceof StoreUnavailable || isDatabaseAway(error)) return unavailable();
    if (error instanceof KeyMissing) {
      return new Problem(410, 'child-forgotten', 'Forgotten', 'The records of this child were disposed of.');
    }
    if (error instanceof SignInNeeded) {
      return new Problem(401, 'sign-in-needed', 'Sign in', 'Sign in first: POST /api/session, or open /sign-in.');
    }
    const status = statusOf(error);
    if (status === 404) return notFound();
    if (status !== undefined && status < 500) {
      return new Problem(status, 'invalid-request', 'The request is not valid', 'Check the address and what was sent.');
    }
    const name = error instanceof Error ? error.name : typeof error;
    // No message of an unforeseen error is shown, and only its stack is logged: a driver's message may quote what was sent.
    const stack = error instanceof Error ? (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)) : [];
    this.logger.error(`${name} in request ${String(response.locals.requestId)}\n${stack.slice(0, 12).join('\n')}`);
    return new Problem(
      500,
      'unforeseen',
      'Something went wrong',
      `Nothing was recorded. Tell the administrator the request's number: ${String(response.locals.requestId)}.`,
    );
  }
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  const status = (error as { status?: unknown; statusCode?: unknown } | null)?.status;
  return typeof status === 'number' ? status : undefined;
}

/** Connection trouble of the pg driver or of the server itself, not a fault of a statement. */
function isDatabaseAway(error: unknown): boolean {
  const { code = '', message = '' } = (error ?? {}) as { code?: string; message?: string };
  return (
    ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', '57P01', '57P02', '57P03', '53300', '57014'].includes(code) ||
    /^08/.test(code) ||
    /Connection terminated|timeout exceeded when trying to connect|Query read timeout/.test(message)
  );
}
