/**
 * `npm run -s try:docker [-- --cluster]`: builds and boots the compose file (with --cluster three EventStoreDB nodes), waits
 * until all of it is healthy, asks the pages for their ready check, and runs the store's contract suite against that
 * EventStoreDB from inside its network. Under a project name and with passwords of its own, so that it touches nothing that is
 * there, and takes all of it away again, also after Ctrl+C. Exit code 0: all passed, 1: something did not, 3: there is no Docker here.
 */
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NO_DOCKER = 3;
const here = dirname(fileURLToPath(import.meta.url));
const say = (line) => process.stdout.write(`${line}\n`);

const answers = (args) => spawnSync('docker', args, { stdio: 'ignore' }).status === 0;

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

const stopping = new globalThis.AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stopping.abort());

/** `docker compose` with these words; answers what it printed where that is asked for. Throws when it fails. */
async function compose(project, words, { printed = false, evenIfStopped = false } = {}) {
  if (stopping.signal.aborted && !evenIfStopped) throw new Error('stopped');
  const child = spawn('docker', ['compose', ...project.files, '--project-name', project.name, ...words], {
    env: project.env,
    stdio: ['ignore', printed ? 'pipe' : 'inherit', 'inherit'],
    // A group of its own: Ctrl+C is ours to act on, and must not cut the cleaning up short.
    detached: true,
  });
  const stop = () => child.kill('SIGTERM');
  if (!evenIfStopped) stopping.signal.addEventListener('abort', stop, { once: true });
  let text = '';
  child.stdout?.on('data', (part) => (text += part));
  const [code, signal] = await once(child, 'close');
  stopping.signal.removeEventListener('abort', stop);
  if (stopping.signal.aborted && !evenIfStopped) throw new Error('stopped');
  if (code !== 0) throw new Error(`docker compose ${words[0]} ended with ${signal ?? code}`);
  return text.trim();
}

async function main() {
  if (!answers(['version', '--format', '{{.Server.Version}}'])) {
    say('There is no Docker engine here (docker version does not reach one): nothing was booted.');
    return NO_DOCKER;
  }
  if (!answers(['compose', 'version'])) {
    say('Docker has no compose plugin here (docker compose version): nothing was booted.');
    return NO_DOCKER;
  }
  const files = process.argv.includes('--cluster') ? ['compose.yaml', 'compose.cluster.yaml'] : ['compose.yaml'];
  const secret = () => randomBytes(24).toString('hex');
  const project = {
    name: `evenhand-try-${randomBytes(4).toString('hex')}`,
    files: files.flatMap((file) => ['--file', join(here, file)]),
    env: {
      ...process.env,
      POSTGRES_PASSWORD: secret(),
      EVENTSTOREDB_PASSWORD: secret(),
      WEB_PORT: String(await freePort()),
      WEB_IMAGE: 'evenhand:try',
    },
  };
  try {
    say(`Building and booting ${files.join(' with ')} …`);
    await compose(project, ['up', '--build', '--wait', '--wait-timeout', '600']);
    const address = await compose(project, ['port', 'web', '3000'], { printed: true });
    const ready = await fetch(`http://${address}/health/ready`, { signal: stopping.signal });
    if (ready.status !== 200) throw new Error(`http://${address}/health/ready answered ${ready.status}`);
    say(`Ready: http://${address}/health/ready answered 200.`);
    await compose(project, ['run', '--build', '--rm', '-T', 'contract']);
    say('The contract suite passed against its EventStoreDB.');
    return 0;
  } catch (error) {
    say(stopping.signal.aborted ? 'Stopped.' : `FAILED: ${error.message}`);
    if (!stopping.signal.aborted) {
      // What the containers said, before they go.
      await compose(project, ['logs', '--no-color', '--tail', '100']).catch(() => undefined);
    }
    return 1;
  } finally {
    await compose(project, ['down', '--volumes', '--remove-orphans'], { evenIfStopped: true }).catch((error) =>
      say(
        `Taking it away failed (${error.message}). Do it by hand: docker compose --project-name ${project.name} down --volumes`,
      ),
    );
  }
}

process.exit(await main());
