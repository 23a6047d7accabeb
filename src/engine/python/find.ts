import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseJson } from '../../base/json';
import { type Words, words } from '../../base/words';
import { askProgram, type ProgramAnswer } from '../../run/folder/ask-program';
import { findProgram } from '../../run/folder/find-program';

/** One interpreter and its packages; versions only, nothing is imported. `problem` if it could not be run. */
export type PythonReport = {
  readonly executable: string;
  readonly found: string;
  /** Folder of the environment. */
  readonly prefix?: string;
  readonly version?: string;
  readonly packages?: Readonly<Record<string, string | null>>;
  readonly problem?: Words;
};

export type PythonPlace = {
  readonly executable: string;
  readonly found: string;
  /** It is in the folder itself, which may be from anybody: run only if something is to be started there. */
  readonly isInFolder?: true;
};

const TIMEOUT_MS = 5000;
/** One that a person or an environment names is not given up so soon: on a busy machine Python alone takes seconds. */
const NAMED_TIMEOUT_MS = 60_000;
const TORCH_MS = 60_000;
const TORCH_PROBE = `
import torch
if torch.cuda.is_available():
    names = ", ".join(torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count()))
    print(f"torch has CUDA {torch.version.cuda}: {names}")
elif getattr(torch.backends, "mps", None) and torch.backends.mps.is_available(): print("torch has MPS")
elif torch.version.cuda: print(f"torch is built for CUDA {torch.version.cuda} and sees no GPU: it trains on the CPU")
else: print("torch is built without CUDA: it trains on the CPU")
`;
const PACKAGES = ['torch', 'ultralytics', 'onnx', 'onnxruntime', 'numpy'];

// importlib.metadata reads a package's version from its folder; importing torch alone takes seconds. Of clip only the module
// counts: packages of several names hold it, and the one of this name holds another.
const PROBE = `
import importlib.metadata as m, importlib.util, json, platform, sys
def version(name):
    try: return m.version(name)
    except m.PackageNotFoundError: return None
packages = {n: version(n) for n in sys.argv[1:]}
packages["clip"] = "installed" if importlib.util.find_spec("clip") else None
print(json.dumps({"executable": sys.executable, "prefix": sys.prefix, "version": platform.python_version(), "packages": packages}))
`;

/** The places of interpreters, in the order in which they are preferred. */
export function pythonPlaces(
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform = process.platform,
): PythonPlace[] {
  const inEnv = (dir: string): string =>
    platform === 'win32' ? path.join(dir, 'Scripts', 'python.exe') : path.join(dir, 'bin', 'python');
  const inConda = (dir: string): string => (platform === 'win32' ? path.join(dir, 'python.exe') : inEnv(dir));
  const places: PythonPlace[] = [];
  if (env.VIRTUAL_ENV) places.push({ executable: inEnv(env.VIRTUAL_ENV), found: 'VIRTUAL_ENV' });
  if (env.CONDA_PREFIX) places.push({ executable: inConda(env.CONDA_PREFIX), found: 'CONDA_PREFIX' });
  for (const name of ['.venv', 'venv', 'env'])
    places.push({ executable: inEnv(path.resolve(cwd, name)), found: name, isInFolder: true });
  for (const name of namesOnPath(platform))
    places.push({ executable: findProgram(name, env, platform) ?? name, found: 'PATH' });
  return places.filter(({ executable }) => path.isAbsolute(executable));
}

/**
 * Windows: the launcher knows every installed Python, and `python3` is at best the Store's, which offers to install one.
 */
export const namesOnPath = (platform: NodeJS.Platform): readonly string[] =>
  platform === 'win32' ? ['py', 'python'] : ['python3', 'python'];

/** Runs every interpreter at once; places without one are left out, and the same environment is listed once. */
export async function probePythons(places: readonly PythonPlace[]): Promise<PythonReport[]> {
  const reports = await Promise.all(places.map(probe));
  const seen = new Set<string>();
  return reports.filter((report): report is PythonReport => {
    const key = report?.prefix ?? report?.executable;
    if (key === undefined || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

const FOUND_BY_LOOKING: ReadonlySet<string> = new Set(['.venv', 'venv', 'env', 'PATH']);

const patienceFor = ({ found }: PythonPlace): number =>
  FOUND_BY_LOOKING.has(found) ? TIMEOUT_MS : NAMED_TIMEOUT_MS;

async function probe(place: PythonPlace): Promise<PythonReport | undefined> {
  // -I: neither the working folder nor PYTHON* variables can put code of theirs into the probe.
  const args = ['-I', '-c', PROBE, ...PACKAGES];
  const options = { cwd: tmpdir(), timeoutMs: patienceFor(place) };
  return readProbe(await askProgram(place.executable, args, options), place);
}

/**
 * What torch of an interpreter computes on. Imports torch, which takes seconds: on request, not at every
 * start.
 */
export async function probeTorch(executable: string): Promise<string> {
  const answer = await askProgram(executable, ['-I', '-c', TORCH_PROBE], { timeoutMs: TORCH_MS });
  if (answer.kind === 'answered') return answer.stdout.trim();
  if (answer.kind === 'silent') return `torch gave no answer in ${TORCH_MS / 1000} s`;
  return `torch cannot be imported: ${answer.stderr.trim().split('\n').at(-1)}`;
}

const isAbsent = (code: unknown): boolean => code === 'ENOENT' || code === 'ENOTDIR';

function readProbe(said: ProgramAnswer, { isInFolder: _, ...place }: PythonPlace): PythonReport | undefined {
  if (said.kind === 'silent')
    return { ...place, problem: words('gave no answer in {0} s', patienceFor(place) / 1000) };
  if (said.kind === 'failed' && isAbsent(said.error.code)) return undefined;
  const answer = parseJson(said.stdout) as
    | Pick<PythonReport, 'executable' | 'prefix' | 'version' | 'packages'>
    | null
    | undefined;
  if (!answer?.version) return { ...place, problem: words('could not list its packages') };
  return { ...answer, found: place.found };
}
