/**
 * Refuses at start-up the connection strings that the client would accept and then serve badly. Messages never repeat
 * the string: it may hold a password, and the client itself would print it for an unknown option.
 */
import { existsSync } from 'node:fs';

const OPTIONS: ReadonlySet<string> = new Set([
  'tls',
  'tlscafile',
  'usercertfile',
  'userkeyfile',
  'nodepreference',
  'maxdiscoverattempts',
  'discoveryinterval',
  'gossiptimeout',
  'defaultdeadline',
  'connectionname',
  'keepaliveinterval',
  'keepalivetimeout',
]);

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3})$/;

/** The same url, when it can be served. Throws a sentence that says what to change. */
export function checkedUrl(url: string): string {
  const parts = /^esdb(?:\+discover)?:\/\/(?:[^@/?]*@)?([^/?]+)\/?(?:\?(.*))?$/.exec(url.trim());
  if (!parts)
    throw new Error('EVENTSTOREDB_URL must look like esdb://host:2113?tls=true or esdb://a:2113,b:2113,c:2113.');
  const hosts = (parts[1] ?? '').split(',').map((host) => host.trim().replace(/:\d+$/, ''));
  const options = new Map(
    (parts[2] ?? '')
      .split('&')
      .filter((pair) => pair !== '')
      .map((pair) => {
        const [key = '', value = ''] = pair.split('=');
        return [key.trim().toLowerCase().replace(/[_-]/g, ''), value.trim()] as const;
      }),
  );
  if (options.get('throwonappendfailure') === 'false') {
    throw new Error('EVENTSTOREDB_URL: leave out throwOnAppendFailure=false, which hides the revision of a conflict.');
  }
  if (options.get('tlsverifycert') === 'false' && options.get('tls') !== 'false') {
    throw new Error(
      'EVENTSTOREDB_URL: tlsVerifyCert=false has no effect in this client. Name the root certificate with tlsCAFile.',
    );
  }
  for (const known of ['throwonappendfailure', 'tlsverifycert']) options.delete(known);
  for (const key of options.keys()) {
    if (!OPTIONS.has(key))
      throw new Error('EVENTSTOREDB_URL has an option that this client does not know: check the spelling.');
  }
  if (!['leader', undefined].includes(options.get('nodepreference')?.toLowerCase())) {
    throw new Error(
      'EVENTSTOREDB_URL: nodePreference must be leader. A follower does not yet show what was just written.',
    );
  }
  if (Number(options.get('keepaliveinterval') ?? 0) < 0 || Number(options.get('keepalivetimeout') ?? 0) < 0) {
    throw new Error(
      'EVENTSTOREDB_URL: keepalive must stay on, else a dead link is never noticed. Leave it out for 10 seconds.',
    );
  }
  if (options.get('tls') === 'false' && !hosts.every((host) => LOOPBACK.test(host))) {
    throw new Error(
      'EVENTSTOREDB_URL has tls=false for a host that is not this machine: events would travel in the clear. ' +
        'Remove tls=false and name the root certificate with tlsCAFile, or use the roots of the system.',
    );
  }
  const rootCertificate = options.get('tlscafile');
  if (rootCertificate && !existsSync(decodeURIComponent(rootCertificate))) {
    throw new Error('EVENTSTOREDB_URL: the file named by tlsCAFile does not exist.');
  }
  return url.trim();
}
