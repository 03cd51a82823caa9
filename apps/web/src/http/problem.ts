/** What the application says when it will not: RFC 9457 under /api, a page elsewhere. Codes are stable. */
import { HttpException } from '@nestjs/common';
import type { Refusal } from '@app/kernel';

/** One thing wrong with what was sent. `value` is left out where it may be a name, a UPN or somebody's words. */
export interface FieldError {
  readonly field: string;
  readonly value?: unknown;
  /** Why not, or what to send instead; one sentence. */
  readonly remedy: string;
  /** A refusal's own code. */
  readonly code?: string;
}

export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly requestId?: string;
  readonly errors?: readonly FieldError[];
}

export class Problem extends HttpException {
  constructor(
    status: number,
    readonly code: string,
    readonly title: string,
    readonly detail: string,
    readonly more: {
      readonly errors?: readonly FieldError[];
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(detail, status);
  }

  /** @param requestId which whoever reports it can tell, and which the log has */
  document(requestId?: string): ProblemDocument {
    return {
      type: `urn:evenhand:problem:${this.code}`,
      title: this.title,
      status: this.getStatus(),
      code: this.code,
      detail: this.detail,
      ...(requestId === undefined ? {} : { requestId }),
      ...(this.more.errors ? { errors: this.more.errors } : {}),
    };
  }
}

/** Also what a hidden thing answers: whoever may not know of it learns nothing. */
export const notFound = (): Problem =>
  new Problem(
    404,
    'not-found',
    'Not found',
    'There is nothing here for you. Check the address, or go back to the list.',
  );

export const notPermitted = (): Problem =>
  new Problem(403, 'not-permitted', 'Not permitted', 'Your role does not include this. Ask the clerk of the panel.');

export const invalid = (errors: readonly FieldError[]): Problem =>
  new Problem(
    400,
    'invalid-request',
    'The request is not valid',
    `${errors.length === 1 ? 'One field needs' : `${errors.length} fields need`} another value: see errors.`,
    { errors },
  );

/** The step was understood and may not be taken; every reason, the first one's code as the problem's. */
export const refused = (reasons: readonly Refusal[]): Problem =>
  new Problem(422, reasons[0]?.code ?? 'refused', 'Not recorded', reasons.map(({ sentence }) => sentence).join(' '), {
    errors: reasons.map(({ code, sentence, field }) => ({ field: field ?? '', remedy: sentence, code })),
  });

export const stale = (expected: number | string, actual: number | string): Problem =>
  new Problem(
    412,
    'stale-revision',
    'Somebody has changed this since',
    `If-Match names revision ${expected}, it is at ${actual} now. Read it again and decide on what it says now.`,
    typeof actual === 'number' ? { headers: { ETag: `"r${actual}"` } } : {},
  );

/** The same request may be sent again in so many seconds. */
const RETRY = { headers: { 'Retry-After': '5' } };

/** The request came to an end without recording anything. */
export const unavailable = (): Problem =>
  new Problem(
    503,
    'store-unavailable',
    'Not available just now',
    'The records cannot be reached just now. Nothing was recorded and nothing is lost: send the same request again, with the same Idempotency-Key.',
    RETRY,
  );

/** It may have been recorded: the store did not say, or did not say in time. */
export const outcomeUnknown = (): Problem =>
  new Problem(
    503,
    'outcome-unknown',
    'Not known yet',
    'Whether this was recorded is not known yet. Send the same request again, with the same Idempotency-Key: it is never recorded twice.',
    RETRY,
  );

export const tooSlow = (): Problem =>
  new Problem(503, 'too-slow', 'Not answered in time', 'This took too long just now. Ask again shortly.', RETRY);

export const tooBusy = (): Problem =>
  new Problem(
    503,
    'too-busy',
    'Too busy just now',
    'More is being asked than can be answered just now. Nothing was recorded: send the same request again, with the same Idempotency-Key.',
    RETRY,
  );

export const stopping = (): Problem =>
  new Problem(
    503,
    'stopping',
    'Being restarted',
    'Evenhand is being restarted. Nothing was recorded: send the same request again, with the same Idempotency-Key.',
    RETRY,
  );
