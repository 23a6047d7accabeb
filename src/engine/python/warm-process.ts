import { WordedError } from '../../base/worded-error';
import { words } from '../../base/words';
import type { PythonReady } from '../../protocol/line-process';
import { type LineProcess, type LineProcessOptions, startLineProcess } from './line-process';

/** A Python process for requests of one kind: started at the first, warm for the next, restarted if it died. */
export class WarmPythonProcess {
  readonly #options: LineProcessOptions;
  readonly #mostRestarts: number;
  #process: LineProcess | undefined;
  #stopped = false;

  constructor(options: LineProcessOptions, mostRestarts: number) {
    this.#options = options;
    this.#mostRestarts = mostRestarts;
  }

  /** The packages of the interpreter. Throws one line if it lacks something. */
  async ready(): Promise<PythonReady> {
    return this.#ensure().ready;
  }

  /** The answer to a request; a process that dies over it gets another try, at most `mostRestarts` times. */
  async ask(params: Readonly<Record<string, unknown>>): Promise<unknown> {
    for (let restarts = 0; ; restarts++) {
      const process = this.#ensure();
      try {
        return await process.ask(params);
      } catch (error) {
        const died = process.ended && !process.refused && !this.#stopped;
        if (!died || restarts >= this.#mostRestarts) throw error;
      }
    }
  }

  /** Ends the process for good: current requests fail. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#process?.stop();
  }

  #ensure(): LineProcess {
    if (this.#process && (this.#stopped || !this.#process.ended)) return this.#process;
    if (this.#stopped) throw new WordedError(words('the run is just being stopped'));
    this.#process = startLineProcess(this.#options);
    return this.#process;
  }
}
