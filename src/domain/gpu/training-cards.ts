import type { Card } from './cards';
import { visibleCards } from './visible';

export type TrainerDevice = {
  /** The experiment's `device`. */
  readonly device: string;
  /** Ultralytics writes its `device` over CUDA_VISIBLE_DEVICES: its numbers are those of the machine. */
  readonly isUltralytics: boolean;
  /** The variable as the trainer inherits it. */
  readonly variable: string | undefined;
};

/** UUIDs of the cards that a trainer takes, by its settings: for a driver that does not report which process computes where. */
export function trainingCards(cards: readonly Card[], trainer: TrainerDevice): ReadonlySet<string> {
  const { device, isUltralytics, variable } = trainer;
  const text = device.toLowerCase().replaceAll(/cuda:?|[[\]()\s]/g, '');
  if (/cpu|mps|webgpu|dml|coreml/.test(text)) return new Set();
  const numbers = text.split(',').filter((part) => /^\d+$/.test(part));
  if (isUltralytics && numbers.length > 0) return uuidsOf(visibleCards(cards, numbers.join(',')).cards);
  const { cards: visible } = visibleCards(cards, variable);
  const own = numbers.length > 0 ? numbers.flatMap((n) => visible[Number(n)] ?? []) : visible.slice(0, 1);
  return uuidsOf(own);
}

const uuidsOf = (cards: readonly Card[]): ReadonlySet<string> => new Set(cards.map(({ uuid }) => uuid));
