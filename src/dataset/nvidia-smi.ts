import type { Environment } from '../base/environment';
import { CARDS_QUERY, type Card, parseCards } from '../domain/gpu/cards';
import { visibleCards } from '../domain/gpu/visible';
import { askProgram } from '../run/folder/ask-program';
import { findProgram } from '../run/folder/find-program';

const TIMEOUT_MS = 5000;

/** `silent`: nvidia-smi gives no answer, which is what a driver does that hangs. */
export type CardsAnswer =
  | { readonly kind: 'cards'; readonly cards: readonly Card[] }
  | { readonly kind: 'silent' };

/** NVIDIA's cards with their memory now; none if there is no driver. */
export async function askCards(): Promise<CardsAnswer> {
  const text = await nvidiaSmi(CARDS_QUERY);
  return text === undefined ? { kind: 'silent' } : { kind: 'cards', cards: parseCards(text) };
}

/** The cards that this process sees, in the order of its own numbers: `cuda:0` is the first. */
export async function readVisibleCards(): Promise<readonly Card[]> {
  const answer = await askCards();
  return answer.kind === 'cards' ? visibleCards(answer.cards, process.env.CUDA_VISIBLE_DEVICES).cards : [];
}

/** UUIDs of the cards on which these processes compute; empty in a container that sees other process numbers than the driver. */
export async function cardsOfProcesses(pids: ReadonlySet<number>): Promise<ReadonlySet<string>> {
  const query = ['--query-compute-apps=pid,gpu_uuid', '--format=csv,noheader'];
  const lines = ((await nvidiaSmi(query)) ?? '')
    .split('\n')
    .map((line) => line.split(',').map((field) => field.trim()));
  return new Set(lines.flatMap(([pid, uuid]) => (pids.has(Number(pid)) && uuid ? [uuid] : [])));
}

/** Empty if the program is absent or fails, undefined if it gives no answer. */
async function nvidiaSmi(args: readonly string[]): Promise<string | undefined> {
  const program = findProgram('nvidia-smi');
  if (program === undefined) return '';
  const answer = await askProgram(program, args, { timeoutMs: TIMEOUT_MS });
  if (answer.kind === 'silent') return undefined;
  return answer.kind === 'answered' ? answer.stdout : '';
}

/**
 * CUDA counts cards by speed, nvidia-smi by their place on the bus: with this a number means the same card to both. Not for a
 * trainer, whose settings were written for the order that it has.
 */
export const cardOrder = (env: Environment = process.env) => ({
  CUDA_DEVICE_ORDER: env.CUDA_DEVICE_ORDER ?? 'PCI_BUS_ID',
});
