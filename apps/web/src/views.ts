/** Templates: nunjucks with the macros of govuk-frontend and the MOJ's, dates as people write them. */
import type { Express } from 'express';
import nunjucks from 'nunjucks';
import { dirname, join } from 'node:path';

const packageFolder = (name: string): string => dirname(require.resolve(`${name}/package.json`));

export const govukFolder = (): string => join(packageFolder('govuk-frontend'), 'dist');

const LONDON = { timeZone: 'Europe/London' } as const;
const longDate = new Intl.DateTimeFormat('en-GB', { ...LONDON, day: 'numeric', month: 'long', year: 'numeric' });
const clockTime = new Intl.DateTimeFormat('en-GB', { ...LONDON, hour: 'numeric', minute: '2-digit', hourCycle: 'h23' });

/** "3 November 2026" for yyyy-mm-dd or an instant. */
export function inWords(date: unknown): string {
  if (typeof date !== 'string' || date === '') return '';
  const instant = new Date(date.length === 10 ? `${date}T12:00:00Z` : date);
  return Number.isNaN(instant.getTime()) ? date : longDate.format(instant);
}

/** A sentence of the domain, which names days as yyyy-mm-dd, as a page says it. */
export const datesInWords = (sentence: string): string =>
  sentence.replace(/\b\d{4}-\d{2}-\d{2}\b/g, (date) => inWords(date));

/** "3 November 2026 at 14:05" for an instant. */
export const momentInWords = (instant: string): string =>
  `${inWords(instant)} at ${clockTime.format(new Date(instant))}`;

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en-GB')} ${count === 1 ? one : many}`;

/** Templates are read once in a process: compiling them takes ten times as long as filling them. */
export function useViews(express: Express): void {
  const environment = nunjucks.configure(
    [join(__dirname, 'views'), govukFolder(), packageFolder('@ministryofjustice/frontend')],
    { autoescape: true, express },
  );
  environment.addFilter('inWords', inWords);
  environment.addFilter('momentInWords', momentInWords);
  environment.addFilter('plural', plural);
  express.set('view engine', 'njk').enable('view cache');
}
