import { listed, quoted, type Words, words } from '../../base/words';
import { formatGpuBytes } from '../display/format';
import type { Card } from './cards';
import type { VisibleCards } from './visible';

/** What a trainer holds of its card's memory. */
export type TrainerMemory = { readonly nowBytes: number; readonly peakBytes: number };

export type PlacementQuestion = {
  readonly visible: VisibleCards;
  /** UUIDs of cards that train. */
  readonly training: ReadonlySet<string>;
  /** Undefined until it has reported any. */
  readonly trainer: TrainerMemory | undefined;
};

/** `at`: number of the card among those that are visible. */
export type CardPlacement =
  | { readonly kind: 'card'; readonly at: number; readonly said: Words }
  | { readonly kind: 'cpu'; readonly said: Words };

/** CUDA's own context, a small detector and its batch; a batch that does not fit after all is halved. */
const NEEDED_BYTES = 2 * 1024 ** 3;

/**
 * Where `device: auto` validates: on another card with room, else on the one that trains if that has room beyond its trainer's
 * peak, else on the CPU.
 */
export function placeValidation(question: PlacementQuestion): CardPlacement {
  const { cards, isMig } = question.visible;
  if (isMig) return { kind: 'cpu', said: words('this run was given a part of a GPU (MIG), {0}', PART) };
  const whole = cards.filter(isKnown);
  const place = onOther(whole, question) ?? besideTrainer(whole, question);
  if (place) return { kind: 'card', at: cards.indexOf(place.card), said: place.said };
  return { kind: 'cpu', said: noRoom(question) };
}

/** No card is tried: CUDA would wait for the same driver. */
export const NO_ANSWER: CardPlacement = {
  kind: 'cpu',
  said: words('nvidia-smi gives no answer; validation.device: cuda uses a card nevertheless'),
};

type KnownCard = Card & { readonly freeBytes: number };

/** Whether its free memory is known. */
const isKnown = (card: Card): card is KnownCard => !card.isMig && card.freeBytes !== undefined;

const PART = words('whose free memory is not known; validation.device: cuda uses it nevertheless');

type CardFound = { readonly card: KnownCard; readonly said: Words } | undefined;

function onOther(cards: readonly KnownCard[], { training }: PlacementQuestion): CardFound {
  const free = cards.filter(({ uuid, freeBytes }) => !training.has(uuid) && freeBytes >= NEEDED_BYTES);
  const [card] = free.toSorted((a, b) => b.freeBytes - a.freeBytes);
  if (!card) return undefined;
  const room = formatGpuBytes(card.freeBytes);
  const said =
    training.size === 0
      ? words('{0} has {1} free', nameOf(card), room)
      : words('{0} does not train and has {1} free', nameOf(card), room);
  return { card, said };
}

function besideTrainer(cards: readonly KnownCard[], { training, trainer }: PlacementQuestion): CardFound {
  if (!trainer) return undefined;
  const growth = Math.max(0, trainer.peakBytes - trainer.nowBytes);
  const card = cards.find(({ uuid, freeBytes }) => training.has(uuid) && freeBytes - growth >= NEEDED_BYTES);
  const left = card && formatGpuBytes(card.freeBytes - growth);
  return (
    card && {
      card,
      said: words("{0} trains and has {1} left at its trainer's peak", nameOf(card), left ?? ''),
    }
  );
}

function noRoom({ visible: { cards }, training, trainer }: PlacementQuestion): Words {
  if (cards.length === 0) return words('no GPU is visible to this run');
  const all = listed(cards.map(memoryOf), ', ');
  if (training.size > 0 && !trainer)
    return words(
      'no card that does not train has room, and how much the trainer needs is not known yet: {0}',
      all,
    );
  const needed = formatGpuBytes(NEEDED_BYTES);
  return cards.every(isKnown)
    ? words('no card has {0} of memory for it: {1}', needed, all)
    : words('no card is known to have {0} of memory for it: {1}', needed, all);
}

function memoryOf(card: Card): Words {
  if (isKnown(card)) return words('{0} has {1} free', nameOf(card), formatGpuBytes(card.freeBytes));
  return card.isMig
    ? words('{0} is divided (MIG), {1}', nameOf(card), PART)
    : words('{0} is a card {1}', nameOf(card), PART);
}

const nameOf = ({ index, name }: Card): Words => words('GPU {0} ({1})', index, quoted(name));
