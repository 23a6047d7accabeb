import { Command } from '@commander-js/extra-typings';
import { toError } from '../../base/async';
import { formatBytes } from '../../domain/display/format';
import {
  type GpuRuntime,
  installedGpuRuntime,
  installGpuRuntime,
  removeGpuRuntime,
} from '../../engine/gpu-runtime/install';
import { type GpuRuntimePlan, gpuRuntimePlan } from '../../engine/gpu-runtime/install-plan';
import { choosePython } from '../../engine/python/choose';
import type { Cli } from '../cli';
import { CliFailure } from '../failure';
import { type CliIo, printLine } from '../io';
import { createProgress } from '../output/progress';

export function gpuRuntimeCommand(cli: Cli) {
  return new Command('gpu-runtime')
    .description("onnxruntime's CUDA provider, which the package leaves out for its size")
    .addCommand(installCommand(cli))
    .addCommand(removeCommand(cli))
    .addCommand(statusCommand(cli));
}

function installCommand({ io, run }: Cli) {
  return new Command('install')
    .description('download it (about 250 MB), check its hash, and put it beside onnxruntime')
    .option('--source <url>', 'NuGet v3 service index to download from; else the one that onnxruntime names')
    .option('--sha512 <base64>', 'SHA-512 that the package must have; needed with --source')
    .action(
      run(async ({ source, sha512 }) => {
        const plan = planOf(io, checkedSource(source, sha512));
        const wanted = io.env.PITWALL_PYTHON;
        const python = await choosePython({ env: io.env, ...(wanted && { wanted }) });
        const libraries = python.kind === 'found' ? { python: python.executable } : {};
        const progress = createProgress(io.stderr);
        try {
          await installGpuRuntime(plan, {
            ...libraries,
            ...(sha512 && { sha512 }),
            onFound: ({ url, hash }) =>
              printLine(
                io.stderr,
                `downloading ${url}, SHA-512 ${hash} ${sha512 ? 'as given' : 'by its source'}`,
              ),
            onProgress: (received, total) =>
              progress.update(
                total ? received / total : 0,
                `${plan.name} ${plan.version}`,
                formatBytes(received),
              ),
          });
        } catch (error) {
          throw new CliFailure(1, `the GPU runtime was not installed: ${toError(error).message}`, {
            cause: error,
          });
        } finally {
          progress.stop();
        }
        printLine(
          io.stdout,
          `installed ${plan.name} ${plan.version} into ${plan.folder}; pitwall doctor tries it`,
        );
        return 0;
      }),
    );
}

/** onnxruntime names its own source; another source could send any file with a hash to match. */
function checkedSource(source: string | undefined, sha512: string | undefined): string | undefined {
  if (source === undefined || sha512 !== undefined) return source;
  throw new CliFailure(2, '--source needs --sha512: a hash from the source of the file proves nothing');
}

function removeCommand({ io, run }: Cli) {
  return new Command('remove').description('remove what install put there, and nothing else').action(
    run(async () => {
      const removed = await removeGpuRuntime(planOf(io).folder);
      printLine(io.stdout, removed.length === 0 ? 'nothing was installed' : `removed ${removed.join(', ')}`);
      return 0;
    }),
  );
}

function statusCommand({ io, run }: Cli) {
  return new Command('status').description('what is installed').action(
    run(async () => {
      const runtime = installedGpuRuntime(io.installDir);
      printLine(io.stdout, runtime ? describe(runtime) : 'not installed');
      return 0;
    }),
  );
}

/** The hash is what another machine can be given with --sha512. */
function describe({ name, version, sha512 }: GpuRuntime): string {
  return `${name} ${version} is installed${sha512 === undefined ? '' : `, SHA-512 ${sha512}`}`;
}

function planOf(io: CliIo, source?: string): GpuRuntimePlan {
  const plan = gpuRuntimePlan(io.installDir, source);
  if (typeof plan === 'string') throw new CliFailure(1, plan);
  return plan;
}
