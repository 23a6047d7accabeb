import { toError } from '../../../base/async';
import type { Device } from '../../../domain/detection/device';
import { candidates, readDevice } from './devices';

const CPU: Device = { provider: 'cpu' };

/**
 * The device that was asked for. `auto` is the CPU where there is no GPU; where there is one it is whichever makes a
 * step in the least time, and a provider that cannot make one is passed over.
 */
export async function chooseDevice(
  asked: string,
  timeStep: (device: Device) => Promise<number>,
): Promise<Device> {
  if (asked !== 'auto') return readDevice(asked);
  const found = candidates().map(readDevice);
  if (found.length === 0) return CPU;
  let best = { device: CPU, ms: await timeStep(CPU) };
  for (const device of found) {
    const ms = await timeStep(device).catch((reason: unknown) => reportUnusable(device, toError(reason)));
    if (ms < best.ms) best = { device, ms };
  }
  return best.device;
}

/** A trainer's stderr goes to the run's stdout.log, where a user looks for the reason. */
function reportUnusable({ provider }: Device, reason: Error): number {
  console.error(`device auto: ${provider} is passed over: ${reason.message}`);
  return Number.POSITIVE_INFINITY;
}
