/** A checked request as plain data: no class, no fields that were not sent. */
export function plain<T>(request: T): T {
  return JSON.parse(JSON.stringify(request)) as T;
}

/** Keys in order, whatever order they were sent or read in. */
export function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
