/**
 * Builds dist with the Nest CLI and the style sheets with Sass, when a source has changed since the last build.
 * Says what it does on standard error, so that a command's own output stays clean. --force builds from nothing.
 */
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isAlive, requireNode, root } from './node-version.mjs';

const SOURCES = ['apps', 'libs', 'bench', 'tsconfig.json', 'tsconfig.build.json', 'nest-cli.json', 'package-lock.json'];
const dist = join(root, 'dist');
const stamp = join(dist, '.sources');
const lock = join(root, 'node_modules', '.evenhand-build');

const isSource = (name) => !/\.spec\.ts$/.test(name) && !['node_modules', 'testing', 'peers'].includes(name);

function* filesUnder(path) {
  const entries = readdirSync(path, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (!isSource(entry.name)) continue;
    if (entry.isDirectory()) yield* filesUnder(join(path, entry.name));
    else if (entry.isFile()) yield join(path, entry.name);
  }
}

/** Of every source's name and bytes: a clone, a touch or a change of branch and back does not build again. */
function digestOfSources() {
  const hash = createHash('sha256').update(process.version);
  for (const source of SOURCES) {
    const path = join(root, source);
    if (!existsSync(path)) continue;
    const files = /\.json$/.test(source) ? [path] : filesUnder(path);
    for (const file of files) hash.update(`\n${relative(root, file)}\n`).update(readFileSync(file));
  }
  return hash.digest('hex');
}

const isFresh = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === digestOfSources();

/** One build at a time in a checkout; a builder that was killed leaves a note of a process that is gone. */
async function alone(work) {
  const draft = `${lock}.${randomBytes(6).toString('hex')}`;
  writeFileSync(draft, String(process.pid));
  try {
    for (;;) {
      try {
        linkSync(draft, lock);
        break;
      } catch (error) {
        if (error.code !== 'EEXIST') throw error;
        const owner = existsSync(lock) ? Number(readFileSync(lock, 'utf8')) : 0;
        if (owner > 0 && !isAlive(owner)) {
          const stale = `${draft}.stale`;
          try {
            renameSync(lock, stale);
          } catch {
            continue;
          }
          // Another may have taken the lock between our look and our rename: give it back.
          if (Number(readFileSync(stale, 'utf8')) !== owner) renameSync(stale, lock);
          else rmSync(stale);
          continue;
        }
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
    try {
      return await work();
    } finally {
      rmSync(lock, { force: true });
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

function runNest() {
  const nest = join(root, 'node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
  return new Promise((resolve, reject) => {
    // Nest's words go to standard error: fd 2 for both.
    const child = spawn(process.execPath, [nest, 'build'], { cwd: root, stdio: ['ignore', 2, 2] });
    child.on('error', reject);
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error('The build failed: see the errors above.'))));
  });
}

/** Style sheets whose name starts with an underscore are parts of others. */
async function compileStyles() {
  const folder = join(root, 'apps', 'web', 'src', 'assets');
  if (!existsSync(folder)) return;
  const sheets = readdirSync(folder).filter((name) => name.endsWith('.scss') && !name.startsWith('_'));
  if (sheets.length === 0) return;
  const { compile } = await import('sass');
  for (const name of sheets) {
    const { css } = compile(join(folder, name), {
      loadPaths: [root, join(root, 'node_modules')],
      style: 'compressed',
      // The design systems' own warnings, of which there are many, are not ours to act on.
      quietDeps: true,
      logger: {
        warn: (message, { stack }) => void (stack?.includes('node_modules') || process.stderr.write(`${message}\n`)),
      },
    });
    const target = join(dist, relative(root, folder), `${basename(name, '.scss')}.css`);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, css);
  }
}

/** Answers whether anything had to be built. */
export async function build({ force = false } = {}) {
  if (!force && isFresh()) return false;
  return alone(async () => {
    if (!force && isFresh()) return false;
    process.stderr.write('Building Evenhand …\n');
    const digest = digestOfSources();
    if (force) rmSync(dist, { recursive: true, force: true });
    rmSync(stamp, { force: true });
    await runNest();
    await compileStyles();
    writeFileSync(stamp, digest);
    return true;
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await requireNode();
  try {
    if (!(await build({ force: process.argv.includes('--force') }))) process.stderr.write('dist is up to date.\n');
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
