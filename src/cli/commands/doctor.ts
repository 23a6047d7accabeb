import { existsSync } from 'node:fs';
import os from 'node:os';
import { Command } from '@commander-js/extra-typings';
import { toError } from '../../base/async';
import { inEnglish } from '../../base/words';
import { formatBytes } from '../../domain/display/format';
import { type CudaReport, cudaReport } from '../../engine/gpu-runtime/cuda-report';
import { whyNoGpuRuntime } from '../../engine/gpu-runtime/install-plan';
import { installedGpuRuntime } from '../../engine/gpu-runtime/marker';
import { missingWords, named } from '../../engine/python/choose';
import { type PythonReport, probePythons, probeTorch, pythonPlaces } from '../../engine/python/find';
import type { DeviceReport } from '../../protocol/validator';
import type { Cli } from '../cli';
import { VERSION } from '../cli';
import { examineTarget } from '../doctor-target';
import type { ExitCode } from '../failure';
import { type CliIo, printJson, printLine } from '../io';
import { formatTable } from '../output/table';
import { withValidator } from '../with-validator';
import { notifyLines, notifyReport } from './notify';

type DoctorReport = {
  readonly pitwall: string;
  readonly node: string;
  readonly platform: string;
  readonly cpus: number;
  readonly cpu: string;
  readonly memoryBytes: number;
  readonly devices: readonly DeviceReport[];
  /** Why the devices could not be listed. */
  readonly devicesProblem?: string;
  readonly python: readonly PythonReport[];
  /** Interpreters in the working folder: it may be from anybody. */
  readonly notAsked: readonly string[];
  /** What the first interpreter that can run Ultralytics computes on, or what is missing. */
  readonly ultralytics: string;
  /** Version of the CUDA provider that was installed on demand. */
  readonly gpuRuntime: string | null;
  /** How to install it, or why it cannot be. */
  readonly noGpuRuntime: string;
  /** From the driver to the provider, and what is missing between them. */
  readonly cuda: CudaReport;
  /** Channels that messages about runs go through. */
  readonly notify: ReturnType<typeof notifyReport>;
};

export function doctorCommand({ io, run }: Cli) {
  return new Command('doctor')
    .description(
      'what this machine offers: devices and why one is unavailable, FP16, Python, torch, ultralytics',
    )
    .option('--json', 'one JSON line on stdout')
    .option('--target <name>', 'examine a cluster in place of this machine: a job of a second is run there')
    .option(
      '--trust',
      'also check Python environments in this folder, or a target of the project: their programs are started',
    )
    .action(
      run(({ target, ...options }) =>
        target === undefined ? examineMachine(io, options) : examineTarget(io, { ...options, target }),
      ),
    );
}

async function examineMachine(
  io: CliIo,
  { json, trust }: { readonly json?: true; readonly trust?: true },
): Promise<ExitCode> {
  const report = await examine(io, trust === true);
  if (json) printJson(io.stdout, report);
  else for (const line of [...reportLines(report), ...notifyLines(io.env)]) printLine(io.stdout, line);
  return report.devices.some((device) => device.available) ? 0 : 1;
}

async function examine(io: CliIo, trust: boolean): Promise<DoctorReport> {
  const wanted = io.env.PITWALL_PYTHON;
  const places = [
    ...(wanted ? named(wanted, io.env, 'PITWALL_PYTHON') : []),
    ...pythonPlaces(io.cwd, io.env),
  ];
  const asked = places.filter(({ isInFolder }) => trust || !isInFolder);
  const question = { installDir: io.installDir, env: io.env, ...(wanted && { wanted }) };
  const [devices, python, cuda] = await Promise.all([
    askDevices(io),
    probePythons(asked),
    cudaReport(question),
  ]);
  return {
    pitwall: VERSION,
    node: process.versions.node,
    platform: `${process.platform}-${process.arch}`,
    cpus: os.cpus().length,
    cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
    memoryBytes: os.totalmem(),
    ...devices,
    python,
    notAsked: places.filter((p) => !asked.includes(p) && existsSync(p.executable)).map((p) => p.executable),
    ultralytics: await askTorch(python),
    gpuRuntime: installedGpuRuntime(io.installDir)?.version ?? null,
    noGpuRuntime: whyNoGpuRuntime(io.installDir),
    cuda,
    notify: notifyReport(io.env),
  };
}

async function askTorch(pythons: readonly PythonReport[]): Promise<string> {
  const able = pythons.find(({ packages }) => packages?.torch && packages.ultralytics);
  return able
    ? `${able.executable}: ${await probeTorch(able.executable)}`
    : inEnglish(missingWords(pythons, undefined));
}

/** A validator that cannot even start is a result, not a failure of the doctor. */
async function askDevices(io: CliIo): Promise<Pick<DoctorReport, 'devices' | 'devicesProblem'>> {
  try {
    return { devices: await withValidator(io, (validator) => validator.devices()) };
  } catch (error) {
    return { devices: [], devicesProblem: toError(error).message };
  }
}

function reportLines(report: DoctorReport): string[] {
  const { pitwall, node, platform, cpus, cpu, memoryBytes } = report;
  return [
    `pitwall ${pitwall}  Node ${node}  ${platform}`,
    `${cpus} x ${cpu}, ${formatBytes(memoryBytes)}`,
    '',
    ...deviceLines(report),
    '',
    ...cudaLines(report.cuda),
    '',
    ...pythonLines(report.python),
    ...report.notAsked.map((file) => `${file}: not started, as it is in this folder (--trust)`),
    `Ultralytics: ${report.ultralytics}`,
  ];
}

/** The one line that says why, on a platform without a provider. */
function cudaLines({ isPossible, driver, line, provider, cudnn, missing }: CudaReport): string[] {
  if (!isPossible) return [`CUDA provider: ${provider}`];
  return [
    `NVIDIA driver: ${driver}`,
    `CUDA line: ${line}`,
    `CUDA provider: ${provider}`,
    `cuDNN: ${cudnn}`,
    `missing for CUDA: ${missing}`,
  ];
}

function deviceLines({ devices, devicesProblem }: DoctorReport): string[] {
  if (devicesProblem !== undefined) return [`the devices could not be listed: ${devicesProblem}`];
  const rows = devices.map(deviceRow);
  const titles = ['provider', 'device', 'usable', 'FP16', 'why'];
  return formatTable(
    titles.map((title) => ({ title })),
    rows,
  );
}

function deviceRow(device: DeviceReport): string[] {
  const { provider, available, software, half, reason, halfReason } = device;
  const usable = software ? 'software' : 'yes';
  const why = [reason, available ? halfReason : ''].filter((text) => text !== '').join('; ');
  return [provider, device.device, available ? usable : 'no', half ? 'yes' : 'no', why];
}

function pythonLines(pythons: readonly PythonReport[]): string[] {
  if (pythons.length === 0) return ['no Python found (only the ultralytics trainer needs one)'];
  const rows = pythons.map((p) => [
    p.found,
    p.version ?? '-',
    p.packages?.torch ?? '-',
    p.packages?.ultralytics ?? '-',
    p.problem ? inEnglish(p.problem) : p.executable,
  ]);
  return formatTable(
    ['Python', 'version', 'torch', 'ultralytics', 'where'].map((title) => ({ title })),
    rows,
  );
}
