/** The only source of time. `today` is the Europe/London calendar date, yyyy-mm-dd; `now` an instant in UTC. */
export interface Clock {
  now(): Date;
  today(): string;
}

const london = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'Europe/London',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
});

/** The Europe/London calendar date of an instant, yyyy-mm-dd. */
export const londonDate = (instant: Date): string => london.format(instant);

export const systemClock: Clock = { now: () => new Date(), today: () => londonDate(new Date()) };

/** A clock that stands still, for tests and replays. */
export const fixedClock = (instant: string): Clock => {
  const at = new Date(instant);
  return { now: () => at, today: () => londonDate(at) };
};
