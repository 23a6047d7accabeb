import { tmpdir } from 'node:os';
import * as z from 'zod';
import { parseJson } from '../../base/json';
import { askProgram } from '../../run/folder/ask-program';
import { named, type PythonWish } from '../python/choose';
import { pythonPlaces } from '../python/find';

/** What a Python environment has of CUDA. Nothing of it is imported: torch alone would take seconds. */
const zCudaPython = z.object({
  executable: z.string(),
  torch: z.string().nullable(),
  /** `torch.version.cuda`; null without torch, or if torch is built without CUDA. */
  cuda: z.string().nullable(),
  pip: z.string().nullable(),
  cudnn: z.string().nullable(),
  /** Folders of the libraries that the packages nvidia-* hold. */
  folders: z.array(z.string()),
});
export type CudaPython = z.infer<typeof zCudaPython>;

// torch/version.py is a file of assignments.
const PROBE = `
import importlib.metadata as m, importlib.util as u, json, os, runpy, sys
def version(*names):
    for name in names:
        try: return m.version(name)
        except m.PackageNotFoundError: pass
def cuda():
    spec = u.find_spec("torch")
    file = os.path.join(os.path.dirname(spec.origin), "version.py") if spec and spec.origin else ""
    return runpy.run_path(file).get("cuda") if os.path.exists(file) else None
nvidia = u.find_spec("nvidia")
roots = list(nvidia.submodule_search_locations or []) if nvidia else []
folders = [os.path.join(r, p, "lib") for r in roots for p in sorted(os.listdir(r))]
print(json.dumps({"executable": sys.executable, "torch": version("torch"), "cuda": cuda(), "pip": version("pip"),
    "cudnn": version("nvidia-cudnn-cu13", "nvidia-cudnn-cu12"), "folders": [f for f in folders if os.path.isdir(f)]}))
`;
const TIMEOUT_MS = 30_000;

/** The environment that the runtime is made for: the first whose torch has CUDA, else the first with torch, else with pip. */
export async function chooseCudaPython({ env, wanted }: PythonWish): Promise<CudaPython | undefined> {
  const places = wanted ? named(wanted, env) : pythonPlaces(tmpdir(), env).filter((p) => !p.isInFolder);
  const asked = await Promise.all(places.map(({ executable }) => askCudaPython(executable)));
  const found = asked.filter((python): python is CudaPython => python !== undefined);
  const has = (key: 'cuda' | 'torch' | 'pip') => found.find((python) => python[key] !== null);
  return has('cuda') ?? has('torch') ?? has('pip') ?? found[0];
}

/** Undefined if it cannot be run. */
export async function askCudaPython(executable: string): Promise<CudaPython | undefined> {
  // -I: neither the working folder nor PYTHON* variables can put code of theirs into the probe.
  const options = { cwd: tmpdir(), timeoutMs: TIMEOUT_MS };
  const answer = await askProgram(executable, ['-I', '-c', PROBE], options);
  return answer.kind === 'answered' ? zCudaPython.safeParse(parseJson(answer.stdout)).data : undefined;
}
