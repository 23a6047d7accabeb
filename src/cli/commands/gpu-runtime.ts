import { Command } from '@commander-js/extra-typings';
import { toError } from '../../base/async';
import { formatBytes } from '../../domain/display/format';
import { chooseRuntime, type RuntimeChoice } from '../../engine/gpu-runtime/choose-runtime';
import { type InstallOptions, installGpuRuntime } from '../../engine/gpu-runtime/install';
import { providerPlace } from '../../engine/gpu-runtime/install-plan';
import { type GpuRuntime, installedGpuRuntime, removeGpuRuntime } from '../../engine/gpu-runtime/marker';
import type { Cli } from '../cli';
import { CliFailure } from '../failure';
import { type CliIo, printLine } from '../io';
import { createProgress, type ProgressBar } from '../output/progress';

export function gpuRuntimeCommand(cli: Cli) {
  return new Command('gpu-runtime')
    .description("onnxruntime's CUDA provider, which the package leaves out for its size")
    .addCommand(installCommand(cli))
    .addCommand(removeCommand(cli))
    .addCommand(statusCommand(cli));
}

type InstallWish = { readonly cuda?: string; readonly source?: string; readonly sha512?: string };

function installCommand({ io, run }: Cli) {
  return new Command('install')
    .description(
      "download the one for torch's CUDA line (about 250 MB), check its hash, and put it beside onnxruntime",
    )
    .option('--cuda <line>', 'CUDA line, 12 or 13; else that of torch, else the newest that the driver runs')
    .option(
      '--source <url>',
      'NuGet v3 service index for CUDA 12; else the one that onnxruntime names. That of 13 comes by pip, from its index',
    )
    .option('--sha512 <base64>', 'SHA-512 that the package must have; needed with --source')
    .action(
      run(async (wish) => {
        checkWish(wish);
        const choice = await choiceOf(io, wish);
        const { plan, why } = choice;
        printLine(io.stderr, `${plan.name} ${plan.version} for CUDA ${plan.line}: ${why}`);
        for (const line of libraryLines(choice)) printLine(io.stderr, line);
        await install(io, choice, wish);
        const what = `${plan.name} ${plan.version} for CUDA ${plan.line}`;
        printLine(io.stdout, `installed ${what} into ${plan.folder}; pitwall doctor tries it`);
        return 0;
      }),
    );
}

function libraryLines({ requirements, unserved }: RuntimeChoice): string[] {
  const added = `pip installs beside it what no environment has (1 to 2 GB): ${requirements.join(' ')}`;
  const none = `without pip these are left to you: ${unserved.join(' ')}`;
  return [...(requirements.length > 0 ? [added] : []), ...(unserved.length > 0 ? [none] : [])];
}

async function install(io: CliIo, choice: RuntimeChoice, { sha512 }: InstallWish): Promise<void> {
  const { plan, python, requirements } = choice;
  const progress = createProgress(io.stderr, io.env);
  const stop = new AbortController();
  const interrupt = io.onInterrupt(() => stop.abort());
  try {
    await installGpuRuntime(plan, {
      ...(python && { python }),
      ...(sha512 && { sha512 }),
      requirements,
      signal: stop.signal,
      ...reportsTo(progress, choice, sha512),
    });
  } catch (error) {
    if (stop.signal.aborted) throw new CliFailure(130, 'interrupted', { cause: error });
    throw new CliFailure(1, `the GPU runtime was not installed: ${toError(error).message}`, { cause: error });
  } finally {
    interrupt.dispose();
    progress.stop();
  }
}

function reportsTo(
  progress: ProgressBar,
  { plan }: RuntimeChoice,
  sha512: string | undefined,
): Pick<InstallOptions, 'onFound' | 'onProgress' | 'onLine'> {
  return {
    onFound: ({ url, hash }) =>
      progress.line(`downloading ${url}, SHA-512 ${hash} ${sha512 ? 'as given' : 'by its source'}`),
    onProgress: (received, total) =>
      progress.update(total ? received / total : 0, `${plan.name} ${plan.version}`, formatBytes(received)),
    onLine: (line) => progress.line(`pip: ${line}`),
  };
}

/** onnxruntime names its own source; another source could send any file with a hash to match. */
function checkWish({ cuda, source, sha512 }: InstallWish): void {
  if (source !== undefined && sha512 === undefined)
    throw new CliFailure(2, '--source needs --sha512: a hash from the source of the file proves nothing');
  if (cuda !== undefined && !/^1[23]$/.test(cuda))
    throw new CliFailure(2, `--cuda ${cuda}: expected 12 or 13`);
  if (source !== undefined && cuda === '13')
    throw new CliFailure(
      2,
      '--source is for CUDA 12; that of 13 comes by pip, whose configuration names its index',
    );
}

async function choiceOf(io: CliIo, { cuda, source }: InstallWish): Promise<RuntimeChoice> {
  const wanted = io.env.PITWALL_PYTHON;
  const choice = await chooseRuntime(io.installDir, {
    env: io.env,
    ...(wanted && { wanted }),
    ...(cuda !== undefined && { cuda }),
    ...(source !== undefined && { source }),
  });
  if (typeof choice === 'string') throw new CliFailure(1, `the GPU runtime was not installed: ${choice}`);
  return choice;
}

function removeCommand({ io, run }: Cli) {
  return new Command('remove').description('remove what install put there, and nothing else').action(
    run(async () => {
      const removed = await removeGpuRuntime(folderOf(io));
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
function describe({ name, version, line, sha512, libraries }: GpuRuntime): string {
  const hash = sha512 === undefined ? '' : `, SHA-512 ${sha512}`;
  const beside = libraries === undefined ? '' : ', with the CUDA libraries beside it';
  return `${name} ${version} for CUDA ${line} is installed${hash}${beside}`;
}

function folderOf(io: CliIo): string {
  const place = providerPlace(io.installDir);
  if (typeof place === 'string') throw new CliFailure(1, place);
  return place.folder;
}
