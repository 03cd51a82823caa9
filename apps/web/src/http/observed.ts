/** What is known of a request once it is over: its template, never its address, and nothing that was sent. */
import type { NextFunction, Request, RequestHandler, Response } from 'express';

export interface RequestOver {
  readonly requestId: string;
  readonly method: string;
  /** As the controller has it, `/cases/:caseId`; `none` where no route was reached. */
  readonly route: string;
  /** 0: the connection broke off before there was an answer. */
  readonly status: number;
  readonly seconds: number;
}

export type ObserveRequest = (over: RequestOver) => void;

export const observed =
  (observe: ObserveRequest): RequestHandler =>
  (request: Request, response: Response, next: NextFunction) => {
    const began = performance.now();
    response.once('close', () => {
      const { path } = (request.route ?? {}) as { path?: unknown };
      observe({
        requestId: response.locals.requestId as string,
        method: request.method,
        route: typeof path === 'string' ? path : 'none',
        status: response.writableFinished ? response.statusCode : 0,
        seconds: (performance.now() - began) / 1000,
      });
    });
    next();
  };
