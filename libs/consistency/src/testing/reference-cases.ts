/** Runs reference cases in the format of consistency.md 3.1. A figure is computed before what is expected of it is read. */
import { bindings } from './bindings';

/** A file that is no set of reference cases; its sentence says what to mend. */
export class MalformedFile extends Error {
  override readonly name = 'MalformedFile';
}

export interface Outcome {
  readonly id: string;
  readonly title: string;
  /** Nothing when the case passes; else where and how its figures differ, or why there are none. */
  readonly failure: string | undefined;
}

interface Tolerance {
  readonly abs: number;
  readonly rel: number;
}

const DEFAULT_TOLERANCE: Tolerance = { abs: 1e-6, rel: 1e-6 };
/** A case without an id has no name but its place. */
type Case = Record<string, unknown>;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The cases in a file's text. Throws MalformedFile. */
export function casesIn(text: string): Case[] {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch (error) {
    throw new MalformedFile(`The file is not JSON: ${(error as Error).message}.`);
  }
  if (!isObject(file) || !Array.isArray(file.cases))
    throw new MalformedFile('The file holds no cases: give one JSON object {"meta": …, "cases": [ … ]}.');
  const at = file.cases.findIndex((one) => !isObject(one));
  if (at >= 0)
    throw new MalformedFile(`cases[${at}] is not an object: give {"id", "measure", "inputs", "expected", …}.`);
  return file.cases as Case[];
}

/** Computes a case by its `like`, else its id, and only then reads what it is called and what is expected. */
export function runCase(one: Case, place: number): Outcome {
  const computed = compute(one);
  const id = typeof one.id === 'string' ? one.id : `cases[${place}]`;
  const title = typeof one.title === 'string' ? one.title : '';
  return { id, title, failure: 'refused' in computed ? computed.refused : compare(computed.figures, one) };
}

function compute(one: Case): { figures: unknown } | { refused: string } {
  const kind = one.like ?? one.id;
  if (typeof kind !== 'string') return { refused: 'it names no kind: give "like" or "id" as in consistency.md 3.1.' };
  const binding = Object.hasOwn(bindings, kind) ? bindings[kind] : undefined;
  if (!binding)
    return { refused: `the kind "${kind}" is not known: give P01 to P39 as "like", or as "id" without a "like".` };
  if (!isObject(one.inputs)) return { refused: 'it has no inputs: give an object under "inputs".' };
  try {
    return { figures: binding(one.inputs as never) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return {
      refused:
        error instanceof TypeError ? `its inputs have not the form of ${kind} in consistency.md 3.1 (${why}).` : why,
    };
  }
}

function compare(figures: unknown, one: Case): string | undefined {
  if (!isObject(one.expected)) return 'it expects nothing: give an object under "expected".';
  const tolerance = one.tolerance ?? DEFAULT_TOLERANCE;
  if (!isObject(tolerance) || !isBound(tolerance.abs) || !isBound(tolerance.rel))
    return 'its tolerance is not {"abs": number, "rel": number}, both from 0.';
  return difference(figures, one.expected, tolerance as unknown as Tolerance, '');
}

const isBound = (value: unknown): boolean => typeof value === 'number' && value >= 0;

/** The first place where figures differ from what is expected; what is there beyond it is allowed. */
function difference(actual: unknown, expected: unknown, tolerance: Tolerance, path: string): string | undefined {
  const differs = (got: unknown = actual) => `${path || 'figures'}: expected ${shown(expected)}, got ${shown(got)}`;
  if (typeof expected === 'number') {
    const most = Math.max(tolerance.abs, tolerance.rel * Math.abs(expected));
    return typeof actual === 'number' && Math.abs(actual - expected) <= most ? undefined : differs();
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return differs();
    if (actual.length !== expected.length) return `${path}: expected ${expected.length} items, got ${actual.length}`;
    return firstOf(expected, (item, i) => difference(actual[i], item, tolerance, `${path}[${i}]`));
  }
  if (isObject(expected)) {
    if (!isObject(actual)) return differs();
    return firstOf(Object.keys(expected), (key) =>
      difference(actual[key], expected[key], tolerance, path ? `${path}.${key}` : key),
    );
  }
  return actual === expected ? undefined : differs();
}

function firstOf<T>(items: readonly T[], find: (item: T, i: number) => string | undefined): string | undefined {
  for (const [i, item] of items.entries()) {
    const found = find(item, i);
    if (found !== undefined) return found;
  }
  return undefined;
}

const shown = (value: unknown): string =>
  typeof value === 'number' ? String(value) : (JSON.stringify(value)?.slice(0, 80) ?? 'nothing');
