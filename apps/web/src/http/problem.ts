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

  document(): ProblemDocument {
    return {
      type: `urn:evenhand:problem:${this.code}`,
      title: this.title,
      status: this.getStatus(),
      code: this.code,
      detail: this.detail,
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

export const unavailable = (): Problem =>
  new Problem(
    503,
    'store-unavailable',
    'Not available just now',
    'The records cannot be reached. Nothing is lost; send the same request again with the same Idempotency-Key.',
    { headers: { 'Retry-After': '5' } },
  );
