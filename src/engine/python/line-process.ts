import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { type Deferred, deferred } from '../../base/async';
import { receivedError, WordedError } from '../../base/worded-error';
import { type Words, words } from '../../base/words';
import type { Channel } from '../../protocol/channel';
import { type PythonReady, zPythonReady, zPythonRefused } from '../../protocol/line-process';
import { channelOfLines } from '../../protocol/node/transports';
import { moduleArguments, pythonEnvironment, pythonFolder } from './start-module';

export type LineProcessOptions = {
  /** Interpreter that has ultralytics. */
  readonly python: string;
  /** Module of the package pitwall_ultralytics. */
  readonly module: keyof typeof METHODS;
  readonly installDir: string;
  readonly env: NodeJS.ProcessEnv;
};

/** The method that each module answers. */
const METHODS = { exporter: 'export', own_val: 'validate' } as const;
const NAMES = { exporter: words('the exporter'), own_val: words("Ultralytics' own validation") } as const;

/** A Python program that stays warm and answers one request after another. */
export type LineProcess = {
  readonly pid: number | undefined;
  /** True before the requests of a process that is gone fail. */
  readonly ended: boolean;
  /** It ended because its environment lacks something: another try would end like this one. */
  readonly refused: boolean;
  /** The packages of its environment; rejects if it cannot serve. */
  readonly ready: Promise<PythonReady>;
  /** Rejects with the program's own line if it cannot do what was requested. */
  ask(params: Readonly<Record<string, unknown>>): Promise<unknown>;
  readonly stopped: Promise<void>;
  stop(): Promise<void>;
};

/**
 * Training comes first. Elsewhere Python lowers itself by ten levels (lines.py): PRIORITY_LOW is the very bottom, and there it
 * waits for minutes on a busy machine (docs/decisions/09-validator-priority.md). Windows has no `nice` that Python could call;
 * its children inherit this there.
 */
function lowerPriority(pid: number | undefined): void {
  if (process.platform !== 'win32' || pid === undefined) return;
  try {
    os.setPriority(pid, os.constants.priority.PRIORITY_LOW);
  } catch {
    // It has ended already, or the system refuses: it serves all the same.
  }
}

type State = {
  readonly name: Words;
  readonly channel: Channel;
  readonly ready: Deferred<PythonReady>;
  /** Why it cannot serve, in its own words. */
  refusal: Error | undefined;
};

const LAST_WORDS = 4096;

export function startLineProcess({ python, module, installDir, env }: LineProcessOptions): LineProcess {
  const child = spawn(python, moduleArguments(`pitwall_ultralytics.${module}`), {
    cwd: pythonFolder(),
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
    env: { ...env, ...pythonEnvironment(path.join(installDir, 'ultralytics')) },
  });
  lowerPriority(child.pid);
  const state = listen(child, NAMES[module]);
  const { channel, ready } = state;
  const stopped = whenStopped(child, state);
  return {
    pid: child.pid,
    get ended() {
      return channel.closed !== undefined;
    },
    get refused() {
      return state.refusal !== undefined;
    },
    ready: ready.promise,
    ask: (params) => channel.request(METHODS[module], params),
    stopped,
    stop: () => {
      child.stdin.end();
      child.kill('SIGKILL');
      return stopped;
    },
  };
}

function listen({ stdin, stdout }: ChildProcessWithoutNullStreams, name: Words): State {
  const ready = deferred<PythonReady>();
  // The result may never be awaited.
  ready.promise.catch(() => undefined);
  const channel = channelOfLines(stdin, stdout, {
    onEvent: (event, value) => {
      const packages = zPythonReady.safeParse(value).data;
      if (event === 'ready' && packages) ready.resolve(packages);
      if (event === 'refused') state.refusal = refusalIn(value);
    },
  });
  const state: State = { name, channel, ready, refusal: undefined };
  return state;
}

function refusalIn(value: unknown): Error | undefined {
  const said = zPythonRefused.safeParse(value).data;
  return said && receivedError(said);
}

function whenStopped(child: ChildProcessWithoutNullStreams, state: State): Promise<void> {
  let lastWords = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    lastWords = (lastWords + text).slice(-LAST_WORDS);
  });
  return new Promise((resolve) => {
    const finish = (how: Words): void => {
      const last = stripVTControlCharacters(lastWords).trim().split('\n').at(-1)?.trim();
      const said = last ? words('{0} ({1})', how, last) : how;
      const error = state.refusal ?? new WordedError(said);
      state.ready.reject(error);
      state.channel.close(error);
      resolve();
    };
    child.once('error', (error) => finish(words('{0} could not be started: {1}', state.name, error.message)));
    child.once('close', (code, signal) =>
      finish(
        signal
          ? words('{0} was ended by {1}', state.name, signal)
          : words('{0} ended with exit code {1}', state.name, code ?? '?'),
      ),
    );
  });
}

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
