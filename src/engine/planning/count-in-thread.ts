import path from 'node:path';
import type { Disposable } from '../../base/disposable';
import { DeadlineThread, type Said } from '../process/deadline-thread';
import { ASSUMED, type CountQuestion, type PlanCounts } from './count-for-plan';

/** A set of 118,000 images on a cold network disk is counted in some 20 s. */
const DEADLINE_MS = 60_000;
const MEMORY_MB = 512;

/** Counts datasets for the editor, whose own thread must not wait for an unknown folder. */
export class CountThread implements Disposable {
  readonly #thread: DeadlineThread<CountQuestion, PlanCounts>;

  constructor(installDir: string, deadlineMs = DEADLINE_MS) {
    const program = path.join(installDir, 'count-worker.js');
    this.#thread = new DeadlineThread({ program, deadlineMs, memoryMb: MEMORY_MB });
  }

  async count(question: CountQuestion): Promise<PlanCounts> {
    const said = await this.#thread.ask(question);
    return said?.kind === 'answer' ? said.answer : { ...ASSUMED, assumed: reason(said) };
  }

  dispose(): void {
    this.#thread.dispose();
  }
}

function reason(said: Exclude<Said<PlanCounts>, { kind: 'answer' }> | undefined): string {
  if (said === undefined) return 'counting was ended';
  return said.kind === 'late' ? `counting took over ${said.deadlineMs / 1000} s` : said.error.message;
}
