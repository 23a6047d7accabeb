import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { providerPlace } from './install-plan';
import { type GpuRuntime, installedGpuRuntime } from './marker';

/**
 * The validator's environment if the GPU runtime is installed: the CUDA libraries of a torch environment on the
 * loader's path, for this process only. Empty without it. `python` is the run's interpreter.
 */
export function gpuRuntimeEnvironment(
  installDir: string,
  python: string | undefined,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Readonly<Record<string, string>> {
  const runtime = process.platform === 'linux' ? installedGpuRuntime(installDir) : undefined;
  if (!runtime) return {};
  const inherited = env.LD_LIBRARY_PATH ? [env.LD_LIBRARY_PATH] : [];
  const loader = [...runtimeLibraries(installDir, runtime, python), ...inherited].join(':');
  // The version is part of the key under which device timings are remembered.
  return {
    PITWALL_GPU_RUNTIME: `${runtime.version} for CUDA ${runtime.line}`,
    ...(loader && { LD_LIBRARY_PATH: loader }),
  };
}

/** Folders that the loader is sent to: what was installed beside the provider, then the environment's. */
export function runtimeLibraries(
  installDir: string,
  runtime: GpuRuntime | undefined,
  python?: string,
): readonly string[] {
  const place = providerPlace(installDir);
  const own =
    runtime?.libraries && typeof place !== 'string'
      ? libraryFolders(path.join(place.folder, runtime.libraries, 'nvidia'))
      : [];
  return [...own, ...nvidiaLibraries(python ?? runtime?.python)];
}

/** Folders nvidia/<part>/lib of the interpreter's environment, which pip's torch installs. */
function nvidiaLibraries(python: string | undefined): readonly string[] {
  if (python === undefined || !path.isAbsolute(python)) return [];
  const lib = path.join(path.dirname(python), '..', 'lib');
  const versions = list(lib).filter((name) => /^python3\.\d+$/.test(name));
  return versions.flatMap((version) => libraryFolders(path.join(lib, version, 'site-packages', 'nvidia')));
}

const libraryFolders = (nvidia: string): string[] =>
  list(nvidia)
    .map((part) => path.join(nvidia, part, 'lib'))
    .filter((folder) => existsSync(folder));

function list(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
