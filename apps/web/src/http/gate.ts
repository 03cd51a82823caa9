/**
 * Every request passes here first: it is answered within a time, and none is let in while the application stops, or while
 * so many are inside that it would only wait. What waits further in (for a connection, for the log) is bounded by that.
 */
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { answerProblem } from './answer';
import { isUnsafe } from './body';
import { outcomeUnknown, stopping, tooBusy, tooSlow } from './problem';

/** Longer than a leader's election (5.4 seconds seen) and an append's own deadline; shorter than people wait. */
export const ANSWER_MS = 15_000;
/** How long requests under way may go on once the application stops. */
export const GRACE_MS = 5_000;
/** Ten for each connection to the database: what comes later would wait longer than its sender. */
export const MOST_INSIDE = 100;

export class Gate {
  readonly #answerMs: number;
  readonly #open = new Map<Response, Request>();
  #stopping = false;
  #whenEmpty: () => void = () => undefined;

  constructor(answerMs = ANSWER_MS) {
    this.#answerMs = answerMs;
  }

  get stopping(): boolean {
    return this.#stopping;
  }

  readonly handler: RequestHandler = (request: Request, response: Response, next: NextFunction) => {
    // Whether it is up and ready is asked until the end; the answer is then its own.
    if (request.path.startsWith('/health/')) return next();
    if (this.#stopping) {
      response.set('Connection', 'close');
      return answerProblem(request, response, stopping());
    }
    if (this.#open.size >= MOST_INSIDE) return answerProblem(request, response, tooBusy());
    this.#open.set(response, request);
    const timer = setTimeout(() => giveUp(request, response), this.#answerMs);
    response.once('close', () => {
      clearTimeout(timer);
      this.#open.delete(response);
      if (this.#open.size === 0) this.#whenEmpty();
    });
    next();
  };

  /** Lets nobody in, lets those inside finish for a while, and tells the others that it did not come to an end. */
  async stop(graceMs = GRACE_MS): Promise<void> {
    this.#stopping = true;
    for (const response of this.#open.keys()) if (!response.headersSent) response.set('Connection', 'close');
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<void>((resolve) => (timer = setTimeout(resolve, graceMs)));
    const empty = new Promise<void>((resolve) => (this.#whenEmpty = resolve));
    if (this.#open.size > 0) await Promise.race([empty, over]);
    clearTimeout(timer);
    for (const [response, request] of this.#open) giveUp(request, response);
  }
}

/** What began to be answered cannot be taken back: then the connection breaks off, which no client takes for an answer. */
function giveUp(request: Request, response: Response): void {
  if (response.headersSent) response.destroy();
  else answerProblem(request, response, isUnsafe(request) ? outcomeUnknown() : tooSlow());
}
