// Provisions a real VS Code to test in: code-server from npm with its natives built against a Node 24 from npm.
// Cached in .vscode-test/; a second call returns at once. Usage: node provision.mjs
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const NODE_VERSION = '24.9.0';
const CODE_SERVER_VERSION = '4.139.1';
/** The editor's native modules that a remote extension host loads. */
const NATIVES = [
  '@vscode/spdlog',
  '@vscode/native-watchdog',
  'node-pty',
  '@vscode/deviceid',
  '@vscode/fs-copyfile',
  '@parcel/watcher',
];

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const home = path.join(root, '.vscode-test');
const stamp = path.join(home, 'provisioned.json');
const wanted = JSON.stringify({
  node: NODE_VERSION,
  codeServer: CODE_SERVER_VERSION,
  natives: NATIVES,
  arch: process.arch,
});

/** Why the suite cannot run on this machine, or undefined. */
export function whyNotHere() {
  if (process.platform !== 'linux')
    return `code-server's server build is tested on Linux, this is ${process.platform}`;
  if (process.arch !== 'x64' && process.arch !== 'arm64') return `no Node binary on npm for ${process.arch}`;
  if (existsSync(stamp)) return undefined;
  const missing = ['make', 'g++', 'python3'].filter((tool) => spawnSync(tool, ['--version']).status !== 0);
  return missing.length > 0 ? `the editor's natives need ${missing.join(', ')}` : undefined;
}

function run(command, args, { cwd, env = {} }) {
  const result = spawnSync(command, args, {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (result.status !== 0) {
    throw new Error(`${command} ${args.join(' ')} in ${cwd} failed:\n${result.stdout}\n${result.stderr}`);
  }
}

const quiet = ['--no-fund', '--no-audit', '--loglevel=error'];

function installInto(folder, packages) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), '{ "private": true }\n');
  run('npm', ['install', '--ignore-scripts', '--save-exact', ...quiet, ...packages], { cwd: folder });
}

function provision() {
  rmSync(home, { recursive: true, force: true });
  const nodeHome = path.join(home, `node/node_modules/node-linux-${process.arch}`);
  installInto(path.join(home, 'node'), [`node-linux-${process.arch}@${NODE_VERSION}`]);
  installInto(path.join(home, 'code-server'), [`code-server@${CODE_SERVER_VERSION}`]);
  const vscode = path.join(home, 'code-server/node_modules/code-server/lib/vscode');
  const env = {
    PATH: `${path.join(nodeHome, 'bin')}${path.delimiter}${process.env.PATH}`,
    npm_config_nodedir: nodeHome,
  };
  for (const cwd of [vscode, path.join(vscode, 'extensions')]) {
    run('npm', ['install', '--omit=dev', '--ignore-scripts', ...quiet], { cwd });
  }
  // Said outright: under `npm test` the setting of this repository (.npmrc) arrives through the environment.
  run('npm', ['rebuild', '--ignore-scripts=false', ...quiet, ...NATIVES], { cwd: vscode, env });
  // A build that did not happen fails nothing by itself; the editor then starts, writes no log, and every wait ends late.
  for (const native of NATIVES) {
    run(path.join(nodeHome, 'bin/node'), ['-e', `require(${JSON.stringify(native)})`], { cwd: vscode });
  }
  writeFileSync(stamp, wanted);
}

/** @returns {{ node: string, entry: string }} the editor's Node and its entry file */
export function editor() {
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    console.error('e2e: provisioning VS Code into .vscode-test (once; about two minutes)');
    provision();
  }
  return {
    node: path.join(home, `node/node_modules/node-linux-${process.arch}/bin/node`),
    entry: path.join(home, 'code-server/node_modules/code-server/out/node/entry.js'),
    home,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const why = whyNotHere();
  if (why) throw new Error(why);
  console.log(editor());
}
