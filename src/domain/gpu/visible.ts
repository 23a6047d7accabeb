import type { Card } from './cards';

/** Cards that a process sees under some CUDA_VISIBLE_DEVICES, in the order of its own numbers: `cuda:0` is the first. */
export type VisibleCards<C = Card> = {
  readonly cards: readonly C[];
  /** It is given a part of a card, which nvidia-smi lists under no number of its own. */
  readonly isMig: boolean;
};

/**
 * As the CUDA driver reads the variable: numbers or UUIDs, which may be abbreviated; what follows the first that names no card is
 * not seen, and neither is anything if a card is named twice. Numbers count as those of nvidia-smi (CUDA_DEVICE_ORDER=PCI_BUS_ID).
 */
export function visibleCards<C extends Pick<Card, 'index' | 'uuid'>>(
  cards: readonly C[],
  variable: string | undefined,
): VisibleCards<C> {
  if (variable === undefined) return { cards, isMig: false };
  const names = variable.split(',').map((name) => name.trim());
  if (names[0].startsWith('MIG-')) return { cards: [], isMig: true };
  const seen: C[] = [];
  for (const name of names) {
    const card = cardNamed(cards, name);
    if (!card) break;
    if (seen.includes(card)) return { cards: [], isMig: false };
    seen.push(card);
  }
  return { cards: seen, isMig: false };
}

function cardNamed<C extends Pick<Card, 'index' | 'uuid'>>(cards: readonly C[], name: string): C | undefined {
  if (/^\d+$/.test(name)) return cards.find(({ index }) => index === Number(name));
  const matching = name.startsWith('GPU-') ? cards.filter(({ uuid }) => uuid.startsWith(name)) : [];
  return matching.length === 1 ? matching[0] : undefined;
}
