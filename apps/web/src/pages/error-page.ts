import type { Request, Response } from 'express';
import type { Problem } from '../http/problem';
import { renderPage } from './page';

export function errorPage(request: Request, response: Response, problem: Problem): void {
  renderPage(
    request,
    response,
    'problem',
    { title: problem.title, detail: problem.detail, reasons: (problem.more.errors ?? []).map(({ remedy }) => remedy) },
    problem.getStatus(),
  );
}
