/** Every unsafe route of the API is carried out once for a key: reserved before it runs, its answer kept and given again. */
import {
  type CallHandler,
  type ExecutionContext,
  HttpException,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { isApi, isUnsafe } from './body';
import { idempotencyKey, knownRevision } from './headers-in';
import { Problem } from './problem';
import { type Answer, Requests } from './requests';

declare module 'express-serve-static-core' {
  interface Request {
    /** The random id of the command that the request sends: from when it is reserved, so that it may have been recorded. */
    commandId?: string;
  }
}

/** What a route of the API answers: a document of opaque ids, and where its events are. */
export class Recorded {
  constructor(
    readonly status: 200 | 201,
    readonly document: object,
    readonly events?: { readonly stream: string; readonly firstRevision: number; readonly lastRevision: number },
  ) {}
}

@Injectable()
export class Idempotency implements NestInterceptor {
  constructor(private readonly requests: Requests) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<Request>();
    // Signing in and out records nothing.
    if (!isApi(request) || !isUnsafe(request) || !request.viewer || request.path === '/api/session')
      return next.handle();
    return from(this.once(request, context.switchToHttp().getResponse<Response>(), next));
  }

  private async once(request: Request, response: Response, next: CallHandler): Promise<object> {
    const key = idempotencyKey(request);
    const revision = knownRevision(request);
    const actor = request.viewer?.ref ?? '';
    const said = {
      method: request.method,
      path: request.path,
      body: (request.body ?? null) as object | null,
      ...(revision === undefined ? {} : { revision }),
    };
    const { commandId, answer } = await this.requests.reserve(actor, key, said);
    if (answer) return give(response, answer);
    request.commandId = commandId;
    try {
      const recorded: unknown = await lastValueFrom(next.handle());
      const given = answerOf(recorded);
      await this.requests.answered(actor, key, given);
      return give(response, given);
    } catch (error) {
      // A refusal is an answer; what the store or a fault prevented is not, and may be sent again.
      if (error instanceof Problem && error.getStatus() === 422) {
        const document = error.document(response.locals.requestId as string);
        await this.requests.answered(actor, key, { status: 422, document });
      } else if (error instanceof HttpException && error.getStatus() < 500) {
        await this.requests.forget(actor, key);
      } else {
        await this.requests.release(actor, key);
      }
      throw error;
    }
  }
}

function answerOf(recorded: unknown): Answer {
  if (!(recorded instanceof Recorded)) return { status: 200, document: (recorded ?? {}) as object };
  const { status, document, events } = recorded;
  return { status, document, ...events };
}

function give(response: Response, { status, document, lastRevision }: Answer): object {
  response.status(status);
  if (status >= 400) response.type('application/problem+json');
  if (lastRevision !== undefined && status < 400) response.set('ETag', `"r${lastRevision}"`);
  return document;
}
