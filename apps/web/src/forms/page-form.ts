/** The one way of a page's form: read, checked, carried out once, and shown again with every reason and all that was typed. */
import { RevisionStale } from '@app/event-store';
import { newId, isId } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { setTimeout as pause } from 'node:timers/promises';
import type { Call } from '../actions/call';
import { Recorded } from '../http/idempotency.interceptor';
import { type FieldError, Problem } from '../http/problem';
import { type Answer, Requests, type Reserved } from '../http/requests';
import { checked } from '../http/validation';
import { type Crumb, renderPage } from '../pages/page';
import { type Field, idOf, readForm, type ShownError, shownErrors, type Values } from './fields';

export interface PageForm<T extends object> {
  readonly title: string;
  readonly caption?: string;
  readonly intro?: readonly string[];
  readonly trail?: readonly Crumb[];
  readonly fields: readonly Field[];
  /** What the form starts with; only what is already recorded, never a preselected decision. */
  readonly start?: Values;
  readonly submit: string;
  /** Where "leave without saving" goes. */
  readonly back: string;
  /** Revisions that the form relies on: when they have moved, it is shown again. */
  readonly hidden?: Readonly<Record<string, string | number>>;
  /** Revisions that are only named. */
  readonly carried?: Readonly<Record<string, string | number>>;
  /** One sentence for each thing that is new since the revisions of the form that was sent. */
  whatChanged?(sent: Readonly<Record<string, unknown>>): Promise<string[]>;
  /** A template of its own, and what it needs besides. */
  readonly view?: string;
  readonly more?: Readonly<Record<string, unknown>>;
  readonly type: new () => T;
  /** What the address and the hidden fields say, added to what was typed before the checks. */
  complete?(plain: Record<string, unknown>, sent: Readonly<Record<string, unknown>>): Record<string, unknown>;
  /** What else is missing, told together with what the checks found: every reason at once. */
  alsoMissing?(plain: Readonly<Record<string, unknown>>): readonly FieldError[];
  /** The field of the form that shows an error of the request, where the names differ. */
  shownAt?(field: string, values: Values): string;
  run(value: T, call: Call): Promise<Recorded>;
  /** Where to go once it is recorded, from the ids of the answer. */
  done(ids: Readonly<Record<string, unknown>>): string;
  readonly saved: string;
}

declare module 'express-session' {
  interface SessionData {
    /** Said once on the next page. Never anything that was typed. */
    notice: string;
  }
}

/** No stream is ever at this revision. */
const NEVER = -1;

/** Longest that a second press of the same button waits for the first. */
const PATIENCE_MS = 8_000;

@Injectable()
export class PageForms {
  constructor(private readonly requests: Requests) {}

  show<T extends object>(request: Request, response: Response, form: PageForm<T>): void {
    this.render(request, response, form, form.start ?? {}, [], 200);
  }

  async post<T extends object>(request: Request, response: Response, form: PageForm<T>): Promise<void> {
    const body = (request.body ?? {}) as Record<string, unknown>;
    const { values, plain, unknown } = readForm(form.fields, body);
    const again = (status: number, errors: readonly FieldError[]): void =>
      this.render(request, response, form, values, errors, status);

    const { formId } = body;
    if (!isId(formId)) return again(400, [{ field: '', remedy: 'The form was not whole. Send it once more.' }]);
    const viewer = request.viewer as Call['viewer'];
    const key = `form:${formId}`;
    const said = { path: request.path, body };
    // Sent a second time, it is answered before anything is looked at: the first may have changed what the form offers.
    const earlier = await this.requests.answerTo(viewer.ref, key, said);
    if (earlier) return this.repeat(request, response, form, values, earlier);

    const complete = form.complete?.(plain, body) ?? plain;
    const { value, errors } = checked(form.type, complete);
    if (unknown.length > 0 || errors.length > 0) {
      return again(400, [...unknown, ...errors, ...(form.alsoMissing?.(complete) ?? [])]);
    }

    let reserved: Reserved;
    try {
      reserved = await this.patiently(() => this.requests.reserve(viewer.ref, key, said));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return again(error.getStatus(), [
        {
          field: '',
          remedy: 'This form was sent before with other answers. See what is recorded, then send it again.',
        },
      ]);
    }
    if (reserved.answer) return this.repeat(request, response, form, values, reserved.answer);
    try {
      const changed = await this.staleOf(form, body);
      if (changed && !reserved.again) {
        await this.requests.forget(viewer.ref, key);
        return again(409, changed);
      }
      request.commandId = reserved.commandId;
      const recorded = await this.runOnce(
        form,
        value,
        { viewer, commandId: reserved.commandId },
        changed !== undefined,
      );
      if (recorded === undefined) {
        await this.requests.forget(viewer.ref, key);
        return again(409, changed ?? []);
      }
      await this.requests.answered(viewer.ref, key, {
        status: recorded.status,
        document: recorded.document,
        ...recorded.events,
      });
      await this.leave(request, response, form, recorded.document as Record<string, unknown>);
    } catch (error) {
      if (error instanceof Problem && [400, 422].includes(error.getStatus())) {
        const document = error.document();
        if (error.getStatus() === 422) await this.requests.answered(viewer.ref, key, { status: 422, document });
        else await this.requests.forget(viewer.ref, key);
        return again(error.getStatus(), document.errors ?? [{ field: '', remedy: error.detail }]);
      }
      await this.requests.release(viewer.ref, key).catch(() => undefined);
      throw error;
    }
  }

  /**
   * Taken up again after an outage, and the records have moved since: perhaps by this very form. Then only what is already
   * recorded under its command id is answered, and nothing when there is none.
   */
  private async runOnce<T extends object>(
    form: PageForm<T>,
    value: T,
    call: Call,
    moved: boolean,
  ): Promise<Recorded | undefined> {
    if (!moved) return form.run(value, call);
    try {
      return await form.run(value, { ...call, expected: NEVER });
    } catch (error) {
      if (error instanceof RevisionStale) return undefined;
      throw error;
    }
  }

  private repeat<T extends object>(
    request: Request,
    response: Response,
    form: PageForm<T>,
    values: Values,
    { status, document }: Answer,
  ): Promise<void> | void {
    if (status < 400) return this.leave(request, response, form, document as Record<string, unknown>);
    this.render(request, response, form, values, (document as { errors?: FieldError[] }).errors ?? [], status);
  }

  /** Why the form is shown again: the records are no longer those that it was shown with. */
  private async staleOf<T extends object>(
    form: PageForm<T>,
    body: Readonly<Record<string, unknown>>,
  ): Promise<FieldError[] | undefined> {
    const moved = Object.entries(form.hidden ?? {}).some(([name, now]) => String(body[name] ?? '') !== String(now));
    if (!moved) return undefined;
    const news = (await form.whatChanged?.(body)) ?? [];
    return [
      {
        field: '',
        remedy:
          'The records have changed since this form was opened. What you typed is kept below: read what is new, then send it again.',
      },
      ...news.map((remedy) => ({ field: '', remedy })),
    ];
  }

  private async patiently(reserve: () => Promise<Reserved>): Promise<Reserved> {
    for (const until = Date.now() + PATIENCE_MS; ; await pause(50)) {
      try {
        return await reserve();
      } catch (error) {
        const inFlight = error instanceof Problem && error.code === 'request-in-flight';
        if (!inFlight || Date.now() > until) throw error;
      }
    }
  }

  private async leave<T extends object>(
    request: Request,
    response: Response,
    form: PageForm<T>,
    ids: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    request.session.notice = form.saved;
    await new Promise<void>((resolve, reject) =>
      request.session.save((error?: unknown) => (error ? reject(error) : resolve())),
    );
    response.redirect(303, form.done(ids));
  }

  private render<T extends object>(
    request: Request,
    response: Response,
    form: PageForm<T>,
    values: Values,
    errors: readonly FieldError[],
    status: number,
  ): void {
    const placed = errors.map((error) => ({ ...error, field: form.shownAt?.(error.field, values) ?? error.field }));
    const shown = shownErrors(form.fields, values, placed);
    renderPage(
      request,
      response,
      form.view ?? 'form',
      {
        title: form.title,
        caption: form.caption,
        intro: form.intro ?? [],
        ...(form.trail ? { trail: form.trail } : {}),
        errors: shown,
        form: {
          // A form that is shown again is a new one: the same id with other answers would be refused.
          formId: newId(),
          action: request.originalUrl,
          hidden: { ...form.hidden, ...form.carried },
          fields: form.fields.map((field) => prepared(field, values, shown)),
          submit: form.submit,
          back: form.back,
        },
        ...form.more,
      },
      status,
    );
  }
}

/** A field as its template needs it. */
function prepared(field: Field, values: Values, errors: readonly ShownError[]): object {
  if (field.kind === 'heading') return field;
  const error = errors.find(({ name }) => name === field.name);
  const id = idOf(field.name);
  const value = values[field.name] ?? '';
  const chosen = typeof value === 'string' ? [value] : value;
  const base = {
    ...field,
    id,
    value: chosen.join(' '),
    ...(error ? { error: { text: error.text } } : {}),
    ...(field.hint ? { hintParam: { text: field.hint } } : {}),
  };
  switch (field.kind) {
    case 'date':
      return {
        ...base,
        items: ['day', 'month', 'year'].map((name) => ({
          name,
          id: `${id}-${name}`,
          label: name.charAt(0).toUpperCase() + name.slice(1),
          value: values[`${field.name}-${name}`] ?? '',
          classes: `govuk-input--width-${name === 'year' ? 4 : 2}${error ? ' govuk-input--error' : ''}`,
        })),
      };
    case 'yesNo':
      return {
        ...base,
        kind: 'radios',
        inline: true,
        items: [
          { value: 'yes', text: 'Yes', checked: chosen.includes('yes') },
          { value: 'no', text: 'No', checked: chosen.includes('no') },
        ],
      };
    case 'select':
      return {
        ...base,
        items: [
          { value: '', text: 'Choose' },
          ...field.options.map((one) => ({ ...one, selected: chosen.includes(one.value) })),
        ],
      };
    case 'radios':
    case 'ticks':
      return {
        ...base,
        items: field.options.map(({ value: code, text, hint }) => ({
          value: code,
          text,
          checked: chosen.includes(code),
          ...(hint ? { hint: { text: hint } } : {}),
        })),
      };
    default:
      return base;
  }
}
