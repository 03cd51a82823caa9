/**
 * Every setting that Evenhand reads from its environment, in one place: what it means, what it is without, and what is
 * refused before anything is opened (reliability-and-privacy.md A17). docs/operating.md has this list; a spec compares them.
 */
import type { RoleUrls } from '@app/database';
import { defaultDataFolder } from '@app/embedded-postgres';
import { checkedEventStoreDbUrl } from '@app/event-store';
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { url as inspectorUrl } from 'node:inspector';
import { dirname } from 'node:path';

export interface Settings {
  readonly tenant: string;
  /** Loopback unless told. */
  readonly host: string;
  /** Nothing: the program's own. */
  readonly port: number | undefined;
  readonly metricsHost: string;
  /** Nothing: no metrics are served. */
  readonly metricsPort: number | undefined;
  /** One JSON object a line, or lines for people. */
  readonly jsonLog: boolean;
  readonly dataFolder: string;
  /** Of the owner where the roles are given; nothing: the embedded Postgres. */
  readonly databaseUrl: string | undefined;
  readonly roleUrls: RoleUrls | undefined;
  readonly eventStoreDbUrl: string | undefined;
}

/** Every problem at once, a sentence each: the variable, its value unless it is secret, and what to do. */
export class SettingsRefused extends Error {
  override readonly name = 'SettingsRefused';
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

type Environment = NodeJS.ProcessEnv;

interface Setting {
  readonly name: string;
  /** One sentence, as docs/operating.md has it. */
  readonly says: string;
  /** Why the value is refused; called only where there is one. */
  wrong?(value: string, env: Environment): string | undefined;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/;
const wholePort = (value: string): string | undefined =>
  /^\d{1,5}$/.test(value) && Number(value) <= 65535
    ? undefined
    : `is "${value}": give a whole number from 0 (any free port) to 65535.`;

export const SETTINGS: readonly Setting[] = [
  {
    name: 'NODE_ENV',
    says: '`production` turns the demonstration’s sign-in off, marks cookies as secure and logs JSON.',
    wrong: (value) => {
      if (!['production', 'development', 'test'].includes(value))
        return `is "${value}": give production, development or test, or leave it out.`;
      if (value === 'production' && inspectorUrl() !== undefined)
        return 'is production, but a debugger is open (--inspect) through which everything can be read: start without it.';
      return undefined;
    },
  },
  {
    name: 'HOST',
    says: 'The address that pages (web) or health (worker) listen on; this machine only unless told.',
    wrong: (value, env) =>
      LOOPBACK.test(value) || env['NODE_ENV'] === 'production'
        ? undefined
        : `is "${value}", so that other machines could reach the demonstration's sign-in: leave HOST out, or set NODE_ENV=production, which turns that sign-in off.`,
  },
  { name: 'PORT', says: 'The port of pages (3000) or of the worker’s health (3001).', wrong: wholePort },
  {
    name: 'METRICS_PORT',
    says: 'Serves metrics for Prometheus at `/metrics` on a port of their own; none are served without it.',
    wrong: wholePort,
  },
  {
    name: 'METRICS_HOST',
    says: 'The address that metrics listen on; this machine only unless told. Only whoever scrapes may reach it.',
  },
  {
    name: 'EVENHAND_LOG',
    says: '`json` for one JSON object a line, `text` for lines to read; `json` in production unless told.',
    wrong: (value) => (['json', 'text'].includes(value) ? undefined : `is "${value}": give json or text.`),
  },
  {
    name: 'EVENHAND_DATA',
    says: 'The folder of keys, suppression list, passwords of the database roles and the embedded Postgres.',
  },
  {
    name: 'EVENHAND_TENANT',
    says: 'An opaque name of the data controller, written into every event; `default` unless told, never changed later.',
    wrong: (value) =>
      /^[A-Za-z0-9-]{1,60}$/.test(value)
        ? undefined
        : `is "${value.slice(0, 60)}": give up to 60 letters without accents, digits and hyphens.`,
  },
  {
    name: 'DATABASE_URL',
    says: 'A Postgres of your own instead of the embedded one, as a user who may make roles.',
    wrong: wrongWithDatabaseUrl,
  },
  {
    name: 'DATABASE_URL_OWNER',
    says: 'With the next two instead of DATABASE_URL: the user who owns the tables.',
    wrong: wrongWithDatabaseUrl,
  },
  {
    name: 'DATABASE_URL_APPLICATION',
    says: 'The user who appends to the log and writes the mutable rows.',
    wrong: wrongWithDatabaseUrl,
  },
  { name: 'DATABASE_URL_PROJECTOR', says: 'The user who keeps the read models.', wrong: wrongWithDatabaseUrl },
  {
    name: 'EVENHAND_PRIVATE_HOSTS',
    says: 'Hosts, with commas between, that only this deployment can reach (a compose file’s own network): there the database may do without TLS.',
    wrong: (value) =>
      /^[A-Za-z0-9.-]+(,[A-Za-z0-9.-]+)*$/.test(value)
        ? undefined
        : `is "${value.slice(0, 60)}": give host names with commas between, without ports.`,
  },
  {
    name: 'EVENTSTOREDB_URL',
    says: 'Puts the log into EventStoreDB (`esdb://…`); without TLS only on this machine.',
    wrong: (value) => {
      const { user, password, hosts } =
        /^esdb(?:\+discover)?:\/\/(?:(?<user>[^:@/?]*):(?<password>[^@/?]*)@)?(?<hosts>[^/?]*)/.exec(value)?.groups ??
        {};
      const elsewhere = (hosts ?? '').split(',').some((host) => !LOOPBACK.test(host.replace(/:\d+$/, '')));
      if (user !== undefined && elsewhere && isWeak(password ?? '', user))
        return `has the password that the user ${user} has by default, or one as easy to guess: set another in EventStoreDB and here.`;
      try {
        checkedEventStoreDbUrl(value);
        return undefined;
      } catch (error) {
        return (error as Error).message.replace(/^EVENTSTOREDB_URL:? ?/, '');
      }
    },
  },
];

/** Read by the specs' own set-up, not by Evenhand. */
const OTHERS = ['EVENHAND_TEST_DATA'];

const ROLES = {
  owner: 'DATABASE_URL_OWNER',
  application: 'DATABASE_URL_APPLICATION',
  projector: 'DATABASE_URL_PROJECTOR',
};

/** Reads the environment. Throws SettingsRefused. */
export function settingsFrom(env: Environment): Settings {
  const given = (name: string): string | undefined => (env[name] === '' ? undefined : env[name]);
  const problems = SETTINGS.flatMap(({ name, wrong }) => {
    const value = given(name);
    const why = value === undefined ? undefined : wrong?.(value, env);
    return why === undefined ? [] : [`${name} ${why}`];
  });
  const roles = Object.values(ROLES);
  const missing = roles.filter((name) => given(name) === undefined);
  if (missing.length > 0 && missing.length < roles.length)
    problems.push(`${missing.join(' and ')} must be set too: ${roles.join(', ')} go together.`);
  const dataFolder = defaultDataFolder(env);
  problems.push(...unknownIn(env), ...wrongWithFolder(dataFolder));
  if (problems.length > 0) throw new SettingsRefused(problems);

  const number = (name: string): number | undefined => (given(name) === undefined ? undefined : Number(given(name)));
  return {
    tenant: given('EVENHAND_TENANT') ?? 'default',
    host: given('HOST') ?? '127.0.0.1',
    port: number('PORT'),
    metricsHost: given('METRICS_HOST') ?? '127.0.0.1',
    metricsPort: number('METRICS_PORT'),
    jsonLog: wantsJsonLog(env),
    dataFolder,
    databaseUrl: given('DATABASE_URL') ?? given(ROLES.owner),
    roleUrls:
      missing.length > 0
        ? undefined
        : { owner: given(ROLES.owner)!, application: given(ROLES.application)!, projector: given(ROLES.projector)! },
    eventStoreDbUrl: given('EVENTSTOREDB_URL'),
  };
}

/** Also for what is said before the settings are checked. */
export const wantsJsonLog = (env: Environment): boolean =>
  env['EVENHAND_LOG'] === 'json' || (env['EVENHAND_LOG'] !== 'text' && env['NODE_ENV'] === 'production');

const GUESSED =
  /^(|postgres|postgresql|password|passwort|passw0rd|changeit|changeme|change-me|secret|admin|ops|root|evenhand|test|example|letmein|qwerty\d*|\d+)$/i;

/** Short enough to be tried out, a word that everybody tries first, or the user's own name. */
const isWeak = (password: string, user: string): boolean =>
  password.length < 12 || GUESSED.test(password) || password.toLowerCase() === user.toLowerCase();

function wrongWithDatabaseUrl(value: string, env: Environment): string | undefined {
  if (!/^postgres(ql)?:\/\//.test(value) || !URL.canParse(value))
    return 'must look like postgres://user:password@host:5432/database.';
  const { hostname, username, password, searchParams } = new URL(value);
  const host = searchParams.get('host') ?? hostname;
  if (host === '' || host.startsWith('/') || LOOPBACK.test(host)) return undefined;
  const secret = decodeURIComponent(password) || searchParams.get('password') || '';
  const weak = isWeak(secret, decodeURIComponent(username))
    ? [
        `has ${secret === '' ? 'no password' : 'a password that is easy to guess'} for the host ${host}: give one of 12 characters or more that nobody would try.`,
      ]
    : [];
  const isPrivate = (env['EVENHAND_PRIVATE_HOSTS'] ?? '').split(',').includes(host);
  const verified =
    ['require', 'verify-ca', 'verify-full'].includes(searchParams.get('sslmode') ?? '') &&
    searchParams.get('uselibpqcompat') === null;
  const clear =
    isPrivate || verified
      ? []
      : [
          `would send children's records to ${host} without TLS that is checked: add sslmode=verify-full (and sslrootcert=FILE where the system does not know who signed its certificate).`,
        ];
  const all = [...weak, ...clear];
  return all.length === 0 ? undefined : all.join(' It ');
}

function unknownIn(env: Environment): string[] {
  const known = [...SETTINGS.map(({ name }) => name), ...OTHERS];
  return Object.keys(env)
    .filter((name) => name.startsWith('EVENHAND_') && !known.includes(name))
    .map((name) => {
      const nearest = known.reduce((best, one) => (distance(one, name) < distance(best, name) ? one : best));
      return `${name} is no setting of Evenhand: perhaps ${nearest} is meant. Correct it or leave it out.`;
    });
}

/** Letters to add, take away or change. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1)
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    row = next;
  }
  return row[b.length]!;
}

/** It is made later, by who knows its rights: here only whether it can be. */
function wrongWithFolder(folder: string): string[] {
  let existing = folder;
  while (!existsSync(existing)) existing = dirname(existing);
  try {
    accessSync(existing, constants.W_OK | constants.X_OK);
    return statSync(existing).isDirectory() ? [] : [`EVENHAND_DATA is ${folder}, but ${existing} is no folder.`];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return [
      `EVENHAND_DATA is ${folder}, where nothing can be written (${code}): name a folder in which this account may write.`,
    ];
  }
}
