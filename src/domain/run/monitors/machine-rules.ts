import { words } from '../../../base/words';
import { formatBytes } from '../../display/format';
import {
  createStreak,
  type MonitorRule,
  type Room,
  type RuleFinding,
  type RuleVerdict,
  type StepReading,
} from './rule';

const MB = 2 ** 20;

/**
 * A trainer that keeps all but a twentieth of the GPU fails at the next batch that has a few more boxes or larger images.
 * What is reserved goes up and down within a step: the least of 16 steps counts.
 */
const GPU = { window: 16, share: 0.95, calm: 0.9 } as const;

const gpuNearLimit: MonitorRule = {
  rule: 'gpu_memory',
  severity: 'warning',
  next: words('stop after this epoch, and go on with a smaller batch or imgsz'),
  action: 'stop_after_epoch',
  create() {
    const streak = createStreak(GPU.window);
    return (reading, isRaised) => {
      if (reading.kind === 'attempt') streak.clear();
      const gpu = reading.kind === 'step' ? gpuRoom(reading) : undefined;
      if (!gpu) return undefined;
      const isNear = gpu.free < (1 - (isRaised ? GPU.calm : GPU.share)) * gpu.total;
      return streak.judge(isNear, 1, { isRaised, finding: () => gpuFinding(gpu) });
    };
  },
};

function gpuRoom({ gpuBytes = Number.NaN, deviceBytes = 0 }: StepReading): Room | undefined {
  const isKnown = deviceBytes > 0 && Number.isFinite(gpuBytes);
  return isKnown ? { free: deviceBytes - gpuBytes, total: deviceBytes } : undefined;
}

const gpuFinding = ({ free, total }: Room): RuleFinding => ({
  numbers: { used: total - free, total },
  said: words(
    'the GPU has little memory left: {0} of {1} are in use',
    formatBytes(total - free),
    formatBytes(total),
  ),
});

/**
 * The system ends a process when nothing can be given back any more, and the largest is the trainer. A validator or a few
 * workers take some hundred MB at once: 3 % of a large machine, at least 256 MB, but no more than a tenth of a small container.
 */
const MEMORY = { share: 0.03, least: 256 * MB, most: 0.1, calm: 1.5, readings: 2 } as const;

const memoryNearLimit: MonitorRule = {
  rule: 'memory_near_limit',
  severity: 'warning',
  next: words('pause frees it and loses nothing; then go on with fewer workers, a smaller batch or no cache'),
  action: 'pause',
  create() {
    const streak = createStreak(MEMORY.readings);
    return (reading, isRaised) => {
      const memory = reading.kind === 'machine' ? reading.memory : undefined;
      if (!memory) return undefined;
      const { free, total } = memory;
      const limit = Math.max(MEMORY.share * total, Math.min(MEMORY.least, MEMORY.most * total));
      const isNear = free < limit * (isRaised ? MEMORY.calm : 1);
      return streak.judge(isNear, 1, { isRaised, finding: () => memoryFinding(memory) });
    };
  },
};

const memoryFinding = ({ free, total }: Room): RuleFinding => ({
  numbers: { free, total },
  said: words('memory is nearly used up: {0} of {1} are left', formatBytes(free), formatBytes(total)),
});

/**
 * A checkpoint is written beside the one that it takes the place of, and Ultralytics writes two of its own: three fit, and
 * 16 MB for logs and detections. Before the first checkpoint its size is not known: that of a small detector is assumed.
 */
const DISK = { checkpoints: 3, logs: 16 * MB, assumed: 32 * MB, calm: 1.5 } as const;

const diskNearlyFull: MonitorRule = {
  rule: 'disk_nearly_full',
  severity: 'error',
  next: words(
    'delete old runs or keep fewer checkpoints (checkpoints.keep_last), or the next checkpoint cannot be written',
  ),
  action: 'open_folder',
  create: () => (reading, isRaised) =>
    reading.kind === 'machine' && reading.disk
      ? diskVerdict(reading.disk, reading.checkpointBytes, isRaised)
      : undefined,
};

function diskVerdict({ free, total }: Room, known: number | undefined, isRaised: boolean): RuleVerdict {
  const checkpoint = known ?? DISK.assumed;
  const needed = DISK.checkpoints * checkpoint + DISK.logs;
  if (free > needed * (isRaised ? DISK.calm : 1)) return 'calm';
  const [left, size] = [formatBytes(free), formatBytes(checkpoint)];
  const said =
    known === undefined
      ? words('the disk of this run is nearly full: {0} are left, a checkpoint may take {1}', left, size)
      : words('the disk of this run is nearly full: {0} are left, a checkpoint takes {1}', left, size);
  return { numbers: { free, total, needed }, said };
}

export const MACHINE_RULES: readonly MonitorRule[] = [gpuNearLimit, memoryNearLimit, diskNearlyFull];
