/**
 * The three database roles: the owner changes the schema, the application appends and reads, the projector keeps the read
 * models. They are made by the administrator whose URL we have, with passwords that only the data folder knows; where
 * that administrator may make no roles, somebody else makes them and gives us a URL for each.
 */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, escapeIdentifier, escapeLiteral } from 'pg';

export type Role = 'owner' | 'application' | 'projector';
export type RoleNames = Readonly<Record<Role, string>>;
export const ROLES: readonly Role[] = ['owner', 'application', 'projector'];

/** Roles belong to a whole server, so a database's own end in its name (or, where that is too long for Postgres, in its digest). */
export function roleNames(database: string): RoleNames {
  const suffix =
    Buffer.byteLength(database) <= 40 ? database : createHash('sha256').update(database).digest('hex').slice(0, 32);
  return {
    owner: `evenhand_owner_${suffix}`,
    application: `evenhand_application_${suffix}`,
    projector: `evenhand_projector_${suffix}`,
  };
}

export class RolesNotAllowed extends Error {
  override readonly name = 'RolesNotAllowed';
  constructor(cause: unknown) {
    super(
      'The user of DATABASE_URL may not make the database roles that Evenhand needs ' +
        `(${cause instanceof Error ? cause.message : String(cause)}). Ask whoever runs the database for three users: ` +
        'an owner and a projector who may CREATE in the database, and an application who may CONNECT to it. ' +
        'Then set DATABASE_URL_OWNER, DATABASE_URL_APPLICATION and DATABASE_URL_PROJECTOR.',
      { cause },
    );
  }
}

/** The same server and database, as somebody else. Given as parameters, which also hold where the URL names no host. */
export function urlAs(url: string, user: string, password: string): string {
  const other = new URL(url);
  if (other.host !== '') {
    other.username = encodeURIComponent(user);
    other.password = encodeURIComponent(password);
  } else {
    other.searchParams.set('user', user);
    other.searchParams.set('password', password);
  }
  return other.toString();
}

type Passwords = Readonly<Record<Role, string>>;

/** Asked for under the database's lock, so that two processes never write two sets of passwords. */
function passwordsFor(dataFolder: string, host: string, database: string): Passwords {
  const folder = join(dataFolder, 'database-passwords');
  const file = join(folder, `${encodeURIComponent(`${host || 'local'}_${database}`)}.json`);
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Passwords;
  const make = (): string => randomBytes(24).toString('base64url');
  const passwords: Passwords = { owner: make(), application: make(), projector: make() };
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  writeFileSync(draft, JSON.stringify(passwords, null, 2), { mode: 0o600 });
  renameSync(draft, file);
  return passwords;
}

async function logsIn(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch (error) {
    // 28P01 wrong password, 28000 not allowed in: the file is newer than the role. Anything else is trouble.
    if (['28P01', '28000'].includes((error as { code?: string }).code ?? '')) return false;
    throw error;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * Makes the roles, or finds them, and answers a URL for each.
 * @param admin connected as the user of `url`, holding the database's lock
 */
export async function makeRoles(
  admin: Client,
  url: string,
  database: string,
  dataFolder: string,
): Promise<Readonly<Record<Role, string>>> {
  const names = roleNames(database);
  const passwords = passwordsFor(dataFolder, new URL(url).hostname, database);
  const urls = {} as Record<Role, string>;
  try {
    for (const role of ROLES) {
      const name = escapeIdentifier(names[role]);
      const password = escapeLiteral(passwords[role]);
      urls[role] = urlAs(url, names[role], passwords[role]);
      const found = await admin.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [names[role]]);
      if (found.rowCount === 0) {
        await admin.query(`CREATE ROLE ${name} LOGIN NOCREATEDB NOCREATEROLE PASSWORD ${password}`);
      }
      const rights = role === 'application' ? 'CONNECT, TEMPORARY' : 'CONNECT, TEMPORARY, CREATE';
      const { rows } = await admin.query<{ has: boolean }>('SELECT has_database_privilege($1, $2, $3) AS has', [
        names[role],
        database,
        role === 'application' ? 'CONNECT' : 'CREATE',
      ]);
      if (found.rowCount === 0 || !rows[0]?.has) {
        await admin.query(`GRANT ${rights} ON DATABASE ${escapeIdentifier(database)} TO ${name}`);
      }
      if (found.rowCount !== 0 && !(await logsIn(urls[role]))) {
        await admin.query(`ALTER ROLE ${name} LOGIN PASSWORD ${password}`);
      }
    }
  } catch (error) {
    if ((error as { code?: string }).code === '42501') throw new RolesNotAllowed(error);
    throw error;
  }
  return urls;
}
