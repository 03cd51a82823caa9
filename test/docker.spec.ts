/** docker/ without a Docker engine: what its files say, and how docker/try.mjs behaves with a `docker` of our own. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { settingsFrom } from '../apps/composition/src/settings';
import { parseYaml, type Yaml } from './support/yaml';

const ROOT = join(__dirname, '..');
const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

interface Service {
  readonly environment?: Record<string, string>;
  readonly ports?: string[];
  readonly volumes?: string[];
  readonly restart?: string;
  readonly depends_on?: Record<string, { condition: string }>;
  readonly healthcheck?: object;
  readonly build?: object;
  readonly profiles?: string[];
}

interface Compose {
  readonly services: Record<string, Service>;
  readonly volumes: Record<string, null>;
}

/** As compose puts one file over another: maps are joined, what is listed is added. */
function over(below: Yaml | undefined, above: Yaml): Yaml {
  if (Array.isArray(below) && Array.isArray(above)) return [...below, ...above];
  if (typeof below !== 'object' || below === null || typeof above !== 'object' || above === null) return above;
  const joined = { ...(below as Record<string, Yaml>) };
  for (const [key, value] of Object.entries(above as Record<string, Yaml>)) joined[key] = over(joined[key], value);
  return joined;
}

async function compose(...files: string[]): Promise<Compose> {
  let whole: Yaml = {};
  for (const file of files) whole = over(whole, await parseYaml(textOf(`docker/${file}`)));
  return whole as unknown as Compose;
}

const VARIABLE = /\$\{(\w+)(?::([-?])([^}]*))?\}/g;
const filledIn = (text: string): string =>
  text.replace(VARIABLE, (_, name: string, kind: string | undefined, rest: string | undefined) =>
    name.endsWith('PASSWORD') ? 'f'.repeat(48) : kind === '-' ? (rest ?? '') : '',
  );

describe.each([
  ['one EventStoreDB node', ['compose.yaml'], 1],
  ['three EventStoreDB nodes', ['compose.yaml', 'compose.cluster.yaml'], 3],
] as const)('compose with %s', (_, files, size) => {
  let services: Record<string, Service>;
  let volumes: Record<string, null>;
  beforeAll(async () => ({ services, volumes } = await compose(...files)));
  const nodes = (): [string, Service][] => Object.entries(services).filter(([name]) => /^eventstoredb-\d$/.test(name));

  it('publishes ports on this machine alone', () => {
    const ports = Object.values(services).flatMap((service) => service.ports ?? []);
    expect(ports.length).toBeGreaterThan(0);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it('has no password of its own, and does not start without those that must be set', () => {
    const all = files.map((file) => textOf(`docker/${file}`)).join('\n');
    for (const name of ['POSTGRES_PASSWORD', 'EVENTSTOREDB_PASSWORD'])
      expect(all).toMatch(new RegExp(`\\$\\{${name}:\\?Set ${name} in docker/\\.env`));
    for (const { environment = {} } of Object.values(services)) {
      for (const [name, value] of Object.entries(environment)) {
        if (/PASSWORD/.test(name)) expect(value).toMatch(/^\$\{\w+\}$/);
        for (const [, password] of value.matchAll(/:\/\/\w+:(\$\{[^}]*\}|[^@$]*)@/g)) expect(password).toMatch(/^\$\{/);
      }
    }
    expect(all).not.toMatch(/changeit|: insecure/i);
  });

  it('connects Evenhand to every node, over TLS', () => {
    expect(nodes()).toHaveLength(size);
    for (const name of ['web', 'worker', 'contract']) {
      const url = filledIn(services[name]!.environment!['EVENTSTOREDB_URL']!);
      expect(url).toContain('tls=true');
      const [, hosts] = /@([^/?]+)/.exec(url)!;
      expect(hosts!.split(',')).toEqual(nodes().map(([node]) => `${node}:2113`));
      expect(services[name]!.volumes).toContain('root-certificate:/certificates:ro');
    }
  });

  it.each(['web', 'worker'])('gives %s settings that Evenhand takes', (name) => {
    const [, ofImage] = /^ENV (.*)$/m.exec(textOf('docker/Dockerfile'))!;
    const env = {
      ...Object.fromEntries(ofImage!.split(' ').map((pair) => pair.split('='))),
      ...services[name]!.environment,
      // The folder and the certificate are in the container: here what exists stands for them.
      EVENHAND_DATA: tmpdir(),
    };
    const filled = Object.entries<string>(env).map(([key, value]) => [
      key,
      filledIn(value).replace('/certificates/ca.crt', encodeURIComponent(__filename)),
    ]);
    expect(settingsFrom(Object.fromEntries(filled))).toMatchObject({ host: '0.0.0.0', port: 3000, jsonLog: true });
  });

  it('makes a certificate for every node under the name that it tells the others', () => {
    expect(services['certificates']!.environment!['NODES']!.split(' ')).toEqual(nodes().map(([node]) => node));
    for (const [node, { environment = {} }] of nodes()) {
      expect(environment['EVENTSTORE_CLUSTER_SIZE']).toBe(String(size));
      expect(environment['EVENTSTORE_CERTIFICATE_FILE']).toBe(`/certificates/${node}/node.crt`);
      expect(environment['EVENTSTORE_CERTIFICATE_PRIVATE_KEY_FILE']).toBe(`/certificates/${node}/node.key`);
      if (size === 1) continue;
      const others = nodes().flatMap(([other]) => (other === node ? [] : `${other}:2113`));
      expect(environment['EVENTSTORE_GOSSIP_SEED']).toBe(others.join(','));
      expect(environment['EVENTSTORE_NODE_HOST_ADVERTISE_AS']).toBe(node);
      expect(environment['EVENTSTORE_REPLICATION_HOST_ADVERTISE_AS']).toBe(node);
    }
  });

  it('starts again what falls over, and each service only after what it needs is healthy', () => {
    const staying = Object.entries(services).filter(([name]) => name !== 'certificates' && name !== 'contract');
    for (const [name, service] of staying) {
      expect([name, service.restart]).toEqual([name, 'unless-stopped']);
      // Evenhand's own comes with its image.
      expect([name, service.healthcheck !== undefined || service.build !== undefined]).toEqual([name, true]);
    }
    for (const name of ['web', 'worker']) {
      const needed = Object.entries(services[name]!.depends_on!);
      expect(needed.map(([other]) => other).sort()).toEqual([...nodes().map(([node]) => node), 'postgres'].sort());
      for (const [, { condition }] of needed) expect(condition).toBe('service_healthy');
    }
  });

  it('keeps data in named volumes, and the key of the authority from everybody else', () => {
    const users = (volume: string): string[] =>
      Object.keys(services).filter((name) => services[name]!.volumes?.some((mount) => mount.startsWith(`${volume}:`)));
    for (const volume of Object.keys(volumes)) expect([volume, users(volume)]).not.toEqual([volume, []]);
    for (const { volumes: mounts = [] } of Object.values(services))
      for (const mount of mounts) expect(Object.keys(volumes)).toContain(mount.split(':')[0]);
    expect(users('authority')).toEqual(['certificates']);
    expect(users('certificates').sort()).toEqual(['certificates', ...nodes().map(([node]) => node)].sort());
  });
});

describe('the image', () => {
  const lines = textOf('docker/Dockerfile')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const lastStage = lines.slice(lines.map((line) => line.startsWith('FROM')).lastIndexOf(true));
  const commandOf = (line: string | undefined): string[] => JSON.parse(/\[.*\]$/.exec(line ?? '')?.[0] ?? '[]');

  it('runs node itself, as an account that is not root', () => {
    const at = (start: string): number => lastStage.findIndex((line) => line.startsWith(start));
    expect(lastStage[at('USER')]).toBe('USER node');
    expect(commandOf(lastStage[at('CMD')])).toEqual(['node', 'dist/apps/web/src/main.js']);
    expect(at('USER')).toBeLessThan(at('CMD'));
  });

  it('is built from the lockfile, and copies what exists and .dockerignore lets through', () => {
    expect(lines).toContain('RUN npm ci --no-progress');
    const ignore = textOf('.dockerignore').split('\n');
    expect(ignore).toContain('*');
    const copied = lines
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
      .flatMap((line) => line.split(' ').slice(1, -1));
    expect(copied).toContain('package-lock.json');
    for (const source of copied) {
      expect([source, existsSync(join(ROOT, source))]).toEqual([source, true]);
      expect(ignore).toContain(`!${source}`);
    }
  });

  it.each([
    [200, 0],
    [503, 1],
  ])('is healthy by what /health/ready answers: %i', async (status, expected) => {
    const server = createServer((request, response) => {
      response.statusCode = request.url === '/health/ready' ? status : 404;
      response.end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const [, ...args] = commandOf(lastStage.find((line) => line.startsWith('HEALTHCHECK')));
      const env = { ...process.env, PORT: String((server.address() as AddressInfo).port) };
      const [code] = await once(spawn(process.execPath, args, { env }), 'exit');
      expect(code).toBe(expected);
    } finally {
      server.close();
    }
  });
});

describe('docker/try.mjs', () => {
  let folder: string;
  let web: Server;
  let running: ChildProcess | undefined;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'evenhand-docker-'));
    web = createServer((_, response) => response.end('{}')).listen(0, '127.0.0.1');
    await once(web, 'listening');
    // Writes down what it is told, fails where FAILS says so, and hangs where HANGS does until it is stopped.
    const docker = join(folder, 'docker');
    writeFileSync(
      docker,
      `#!${process.execPath}
const { appendFileSync } = require('node:fs');
const words = process.argv.slice(2);
const verb = words[0] === 'compose' ? words.find((word) => ['version', 'up', 'port', 'run', 'logs', 'down'].includes(word)) : words[0];
const told = words[0] === 'compose' && verb === 'version' ? 'compose version' : verb;
appendFileSync(process.env.TOLD, JSON.stringify({ told, words, password: process.env.EVENTSTOREDB_PASSWORD }) + '\\n');
if (verb === 'port') console.log(process.env.WEB);
if (process.env.HANGS === told) { process.on('SIGTERM', () => process.exit(143)); setInterval(() => undefined, 1000); }
else process.exit(process.env.FAILS === told ? 1 : 0);
`,
    );
    chmodSync(docker, 0o755);
  });
  afterEach(() => {
    running?.kill('SIGKILL');
    web.close();
    rmSync(folder, { recursive: true, force: true });
  });

  interface Told {
    readonly told: string;
    readonly words: string[];
    readonly password?: string;
  }
  const told = (): Told[] => {
    const file = join(folder, 'told');
    // What follows the last end of line is still being written.
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
    return lines.map((line) => JSON.parse(line) as Told);
  };
  const verbs = (): string[] => told().map((one) => one.told);

  function start(env: Record<string, string> = {}, args: string[] = []): ChildProcess {
    running = spawn(process.execPath, [join(ROOT, 'docker/try.mjs'), ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...process.env,
        PATH: `${folder}${delimiter}${process.env['PATH']}`,
        TOLD: join(folder, 'told'),
        WEB: `127.0.0.1:${(web.address() as AddressInfo).port}`,
        ...env,
      },
    });
    return running;
  }
  async function tried(env: Record<string, string> = {}, args: string[] = []): Promise<{ code: number; said: string }> {
    const child = start(env, args);
    let said = '';
    child.stdout!.on('data', (part: Buffer) => (said += part.toString()));
    const [code] = (await once(child, 'close')) as [number];
    return { code, said };
  }

  it('says that there is no engine, ends with 3 and touches nothing', async () => {
    const { code, said } = await tried({ FAILS: 'version' });
    expect(code).toBe(3);
    expect(said).toContain('no Docker engine');
    expect(verbs()).toEqual(['version']);
  });

  it('says that compose is missing', async () => {
    const { code, said } = await tried({ FAILS: 'compose version' });
    expect([code, said]).toEqual([3, expect.stringContaining('compose plugin')]);
    expect(verbs()).toEqual(['version', 'compose version']);
  });

  it('boots, asks the pages, runs the contract suite and takes it all away, under a name and passwords of its own', async () => {
    expect(await tried()).toEqual({ code: 0, said: expect.stringContaining('contract suite passed') });
    expect(verbs()).toEqual(['version', 'compose version', 'up', 'port', 'run', 'down']);
    const [up, , run, down] = told().slice(2);
    const name = up!.words[up!.words.indexOf('--project-name') + 1];
    expect(name).toMatch(/^evenhand-try-[0-9a-f]{8}$/);
    expect(down!.words).toEqual(expect.arrayContaining([name, 'down', '--volumes']));
    expect(run!.words).toContain('contract');
    expect(up!.password).toMatch(/^[0-9a-f]{48}$/);
    expect(up!.words.filter((word) => word.endsWith('.yaml'))).toEqual([join(ROOT, 'docker/compose.yaml')]);
  });

  it('takes three nodes with --cluster', async () => {
    expect((await tried({}, ['--cluster'])).code).toBe(0);
    expect(told()[2]!.words).toContain(join(ROOT, 'docker/compose.cluster.yaml'));
  });

  it.each(['up', 'run'])('fails, shows the logs and takes it all away when `%s` fails', async (verb) => {
    const { code, said } = await tried({ FAILS: verb });
    expect([code, said]).toEqual([1, expect.stringContaining(`docker compose ${verb} ended with 1`)]);
    expect(verbs().slice(-2)).toEqual(['logs', 'down']);
  });

  it('fails when the pages are not ready', async () => {
    web.removeAllListeners('request').on('request', (_, response) => {
      response.statusCode = 503;
      response.end();
    });
    expect(await tried()).toEqual({ code: 1, said: expect.stringContaining('/health/ready answered 503') });
    expect(verbs()).not.toContain('run');
    expect(verbs().at(-1)).toBe('down');
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('takes it all away after %s', async (signal) => {
    const child = start({ HANGS: 'up' });
    const ended = once(child, 'close');
    while (!verbs().includes('up')) await new Promise((resolve) => setImmediate(resolve));
    child.kill(signal);
    expect(await ended).toEqual([1, null]);
    expect(verbs().at(-1)).toBe('down');
  });

  it('is what `npm run try:docker` runs', () => {
    expect(JSON.parse(textOf('package.json')).scripts['try:docker']).toBe('node tools/node.mjs docker/try.mjs');
    const { status } = spawnSync(process.execPath, ['--check', join(ROOT, 'docker/try.mjs')]);
    expect(status).toBe(0);
  });
});
