import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { runProgram } from '../python/set-up';

// Index, mirror, proxy, certificates and the check of hashes are those of the user's own pip.

export type PipOptions = {
  /** A line of pip. */
  readonly onLine?: (line: string) => void;
  readonly signal?: AbortSignal;
};

const QUIET = ['--disable-pip-version-check', '--no-input', '--progress-bar', 'off'];

type PipCall = PipOptions & { readonly python: string; readonly args: readonly string[] };

/** `folder` is empty: pip must not import what is in the folder that it is started from, and needs space for its work. */
const pip = (folder: string, { python, args, onLine, signal }: PipCall): Promise<void> =>
  runProgram(python, ['-m', 'pip', ...args], {
    cwd: folder,
    env: { ...process.env, TMPDIR: folder },
    onLine: onLine ?? (() => undefined),
    signal,
  });

export type Wheel = { readonly file: string; readonly sha512: string };

type WantedWheel = {
  readonly python: string;
  readonly name: string;
  readonly version: string;
  /** Base64 SHA-512 that it must have, if a person knows it. */
  readonly sha512?: string;
};

/** Fetches one wheel of exactly that version into `folder`. Throws one line if it cannot. */
export async function fetchWheel(
  folder: string,
  { python, name, version, sha512 }: WantedWheel,
  options: PipOptions,
): Promise<Wheel> {
  const [work, into] = [path.join(folder, 'work'), path.join(folder, 'wheel')];
  for (const made of [work, into]) await mkdir(made);
  const requirements = path.join(folder, 'requirements.txt');
  const hash = sha512 && ` --hash=sha512:${Buffer.from(sha512, 'base64').toString('hex')}`;
  await writeFile(requirements, `${name}==${version}${hash ?? ''}\n`);
  const args = ['download', ...QUIET, '--no-deps', '--only-binary=:all:', '-d', into, '-r', requirements];
  await pip(work, { python, args, ...options });
  const found = await readdir(into);
  const wheel = found.find((file) => file.startsWith(`${name.replaceAll('-', '_')}-${version}-`));
  if (!wheel) throw new Error(`pip fetched ${found.join(', ') || 'nothing'}, expected ${name} ${version}`);
  const file = path.join(into, wheel);
  return { file, sha512: await sha512Of(file) };
}

async function sha512Of(file: string): Promise<string> {
  const digest = createHash('sha512');
  await pipeline(createReadStream(file), digest);
  return digest.digest('base64');
}

type WantedLibraries = { readonly python: string; readonly requirements: readonly string[] };

/** Installs packages and what they need into `target`, apart from the environment itself. */
export async function installLibraries(
  folder: string,
  { python, requirements }: WantedLibraries,
  options: PipOptions & { readonly target: string },
): Promise<void> {
  const work = path.join(folder, 'library-work');
  await mkdir(work);
  const args = ['install', ...QUIET, '--only-binary=:all:', '--target', options.target, ...requirements];
  await pip(work, { python, args, ...options });
}
