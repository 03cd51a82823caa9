/** Everything thrown ends here and is answered; what nobody foresaw is logged by its place, not shown. */
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import { isDatabaseAway } from '@app/database';
import { RevisionStale, StoreUnavailable } from '@app/event-store';
import { KeyMissing } from '@app/vault';
import type { Request, Response } from 'express';
import { traceOf } from '../../../composition/src/log';
import { SignInNeeded } from '../access/sign-in-needed';
import { answerProblem } from './answer';
import { isApi } from './body';
import { notFound, outcomeUnknown, Problem, stale, unavailable } from './problem';

@Catch()
export class EveryProblem implements ExceptionFilter {
  private readonly logger = new Logger('Web');

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<Request>();
    const response = http.getResponse<Response>();
    if (response.headersSent) {
      // Answered in time by the gate, or broken off: there is nothing to add.
      response.end();
      return;
    }
    if (error instanceof SignInNeeded && !isApi(request)) {
      response.redirect(303, '/sign-in');
      return;
    }
    answerProblem(request, response, this.problemOf(error, request, response));
  }

  private problemOf(error: unknown, request: Request, response: Response): Problem {
    if (error instanceof Problem) return error;
    if (error instanceof RevisionStale) return stale(error.expected, error.actual);
    // Once the command was sent its events may be in the log, whatever failed afterwards.
    const mayBeRecorded = request.commandId !== undefined;
    if (error instanceof StoreUnavailable || isDatabaseAway(error))
      return mayBeRecorded ? outcomeUnknown() : unavailable();
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
    const requestId = String(response.locals.requestId);
    this.logger.error('A request met what nobody foresaw.', { requestId, trace: traceOf(error) });
    const recorded = mayBeRecorded
      ? 'It may have been recorded: look before you send it again.'
      : 'Nothing was recorded.';
    return new Problem(
      500,
      'unforeseen',
      'Something went wrong',
      `${recorded} Tell the administrator the request's number: ${requestId}.`,
    );
  }
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  const status = (error as { status?: unknown; statusCode?: unknown } | null)?.status;
  return typeof status === 'number' ? status : undefined;
}
