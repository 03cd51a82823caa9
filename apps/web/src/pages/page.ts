/** What every page has around it: who is signed in, the menu that the role has, the token of its forms. */
import { type Action, mayEver } from '@app/access';
import type { Request, Response } from 'express';
import { csrfToken } from '../http/csrf';

export const ROLE_LABELS: Readonly<Record<string, string>> = {
  chair: 'chair',
  clerk: 'clerk',
  director: 'inclusion director',
  referrer: 'school referrer',
  agencyMember: 'agency member',
  administrator: 'administrator',
};

const MENU: readonly { readonly text: string; readonly href: string; readonly action: Action }[] = [
  { text: 'Home', href: '/', action: 'home.read' },
  { text: 'Cases', href: '/cases', action: 'case.read' },
  { text: 'Meetings', href: '/meetings', action: 'meeting.read' },
  { text: 'Panels side by side', href: '/consistency/panels', action: 'consistency.read' },
];

export interface Crumb {
  readonly text: string;
  readonly href?: string;
}

/**
 * @param values of the template, besides what every page has
 * @param before the page goes out, once it is made
 */
export function renderPage(
  request: Request,
  response: Response,
  view: string,
  values: Readonly<Record<string, unknown>> & { readonly title: string; readonly trail?: readonly Crumb[] },
  status = 200,
  before: () => void = () => undefined,
): void {
  const { viewer, person } = request;
  const notice = viewer && request.session?.notice;
  if (notice !== undefined) delete request.session.notice;
  const menu = viewer && MENU.filter(({ action }) => mayEver(viewer, action));
  const page = {
    ...values,
    notice: notice && { type: 'success', heading: 'Saved', text: notice },
    menu: menu?.map(({ text, href }) => ({
      text,
      href,
      active: href === '/' ? request.path === '/' : request.path.startsWith(href),
    })),
    person,
    roleLabel: person && (ROLE_LABELS[person.role] ?? person.role),
    maySearch: viewer !== undefined && mayEver(viewer, 'case.search'),
    csrf: viewer || view === 'sign-in' ? csrfToken(request) : undefined,
  };
  response.status(status).render(view, page, (error: unknown, html?: string) => {
    // What is thrown here would end the process. The gate may have answered while the page was made.
    if (error) return request.next?.(error);
    if (response.headersSent) return;
    before();
    response.send(html);
  });
}
