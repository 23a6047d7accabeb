import { wordsOf } from '../base/worded-error';
import { inEnglish, type Words, words } from '../base/words';
import { askCards, cardsOfProcesses } from '../dataset/nvidia-smi';
import { isOutOfMemory } from '../domain/detection/runtime-errors';
import { TRAINERS } from '../domain/experiment/trainers';
import type { Card } from '../domain/gpu/cards';
import { type CardPlacement, NO_ANSWER, placeValidation, type TrainerMemory } from '../domain/gpu/placement';
import { trainingCards } from '../domain/gpu/training-cards';
import { visibleCards } from '../domain/gpu/visible';
import { installedGpuRuntime } from '../engine/gpu-runtime/marker';
import { markOf, trainersOfRun } from '../engine/process/run-processes';
import type { RunFile } from '../run/files';

export type PlacementOptions = {
  readonly dir: string;
  readonly run: RunFile;
  readonly installDir: string;
  readonly onNote: (said: Words) => void;
  /** Undefined until the trainer has reported any, and without one. */
  readonly trainerMemory: () => TrainerMemory | undefined;
};

/** Which device `validation.device: auto` means for the next checkpoint. What was decided is reported once, and again if it changes. */
export class ValidationPlacement {
  readonly #options: PlacementOptions;
  #noted = '';
  #isFull = false;

  constructor(options: PlacementOptions) {
    this.#options = options;
  }

  /** `auto` is left to the validator if there is no card that it could use. */
  async deviceFor(asked: string, engine: 'onnx' | 'ultralytics'): Promise<string> {
    if (asked !== 'auto') return asked;
    if (this.#isFull) return 'cpu';
    const canUse = engine === 'ultralytics' || installedGpuRuntime(this.#options.installDir) !== undefined;
    if (!canUse) return 'auto';
    const answer = await askCards();
    if (answer.kind === 'cards' && answer.cards.length === 0) return 'auto';
    const placement = answer.kind === 'cards' ? await this.#place(answer.cards) : NO_ANSWER;
    const device = placement.kind === 'cpu' ? 'cpu' : `cuda:${placement.at}`;
    this.#note(words('validation.device: auto is {0}: {1}', device, placement.said));
    return device;
  }

  /** Whether to try again: on the CPU, as a card that was chosen here has no memory even for one image. */
  fellShort(asked: string, device: string, error: unknown): boolean {
    if (asked !== 'auto' || !device.startsWith('cuda') || !isOutOfMemory(error)) return false;
    this.#isFull = true;
    this.#note(
      words('{0} has no memory for validation, which goes on on the CPU: {1}', device, wordsOf(error)),
    );
    return true;
  }

  async #place(cards: readonly Card[]): Promise<CardPlacement> {
    return placeValidation({
      visible: visibleCards(cards, process.env.CUDA_VISIBLE_DEVICES),
      training: await this.#training(cards),
      trainer: this.#options.trainerMemory(),
    });
  }

  async #training(cards: readonly Card[]): Promise<ReadonlySet<string>> {
    const { dir, run } = this.#options;
    const own = trainersOfRun(markOf(dir, run));
    if (own.length === 0) return new Set();
    const found = await cardsOfProcesses(new Set(own.map(({ pid }) => pid)));
    if (found.size > 0) return found;
    const { device, trainer } = run.experiment.resolved;
    const { isUltralytics } = TRAINERS[trainer];
    return trainingCards(cards, { device, isUltralytics, variable: process.env.CUDA_VISIBLE_DEVICES });
  }

  #note(said: Words): void {
    const text = inEnglish(said);
    if (text !== this.#noted) this.#options.onNote(said);
    this.#noted = text;
  }
}
