import { execFile } from 'node:child_process';
import type { Environment } from '../base/environment';
import { CARDS_QUERY, type Card, parseCards } from '../domain/gpu/cards';
import { visibleCards } from '../domain/gpu/visible';
import { findProgram } from '../run/folder/find-program';

const TIMEOUT_MS = 10_000;

/** NVIDIA's cards with their memory now; empty if there is no driver. */
export const readCards = async (): Promise<readonly Card[]> => parseCards(await nvidiaSmi(CARDS_QUERY));

/** The cards that this process sees, in the order of its own numbers: `cuda:0` is the first. */
export const readVisibleCards = async (): Promise<readonly Card[]> =>
  visibleCards(await readCards(), process.env.CUDA_VISIBLE_DEVICES).cards;

/** UUIDs of the cards on which these processes compute; empty in a container that sees other process numbers than the driver. */
export async function cardsOfProcesses(pids: ReadonlySet<number>): Promise<ReadonlySet<string>> {
  const query = ['--query-compute-apps=pid,gpu_uuid', '--format=csv,noheader'];
  const lines = (await nvidiaSmi(query))
    .split('\n')
    .map((line) => line.split(',').map((field) => field.trim()));
  return new Set(lines.flatMap(([pid, uuid]) => (pids.has(Number(pid)) && uuid ? [uuid] : [])));
}

/** Empty if the program is absent or fails. */
function nvidiaSmi(args: readonly string[]): Promise<string> {
  const program = findProgram('nvidia-smi');
  if (program === undefined) return Promise.resolve('');
  return new Promise((resolve) => {
    execFile(program, args, { timeout: TIMEOUT_MS, windowsHide: true }, (error, stdout) =>
      resolve(error ? '' : stdout),
    );
  });
}

/**
 * CUDA counts cards by speed, nvidia-smi by their place on the bus: with this a number means the same card to both. Not for a
 * trainer, whose settings were written for the order that it has.
 */
export const cardOrder = (env: Environment = process.env) => ({
  CUDA_DEVICE_ORDER: env.CUDA_DEVICE_ORDER ?? 'PCI_BUS_ID',
});
