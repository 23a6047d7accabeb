import { type ChildProcess, spawn } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { stripVTControlCharacters } from 'node:util';
import { type Deferred, deferred } from '../../base/async';
import { parseJson } from '../../base/json';
import { type PythonReady, zPythonLine } from '../../protocol/line-process';
import { pythonEnvironment } from './environment';
import { moduleArguments, pythonFolder } from './start-module';

export type LineProcessOptions = {
  /** Interpreter that has ultralytics. */
  readonly python: string;
  /** Module of the package pitwall_ultralytics. */
  readonly module: 'exporter' | 'own_val';
  readonly installDir: string;
  readonly env: NodeJS.ProcessEnv;
};

/** A Python program that stays warm and answers one request after another, a line each. */
export type LineProcess = {
  readonly pid: number | undefined;
  /** True before the requests of a process that is gone fail. */
  readonly ended: boolean;
  /** It ended because its environment lacks something: another try would end like this one. */
  readonly refused: boolean;
  /** The packages of its environment; rejects if it cannot serve. */
  readonly ready: Promise<PythonReady>;
  /** Rejects with the program's own line if it cannot do what was requested. */
  ask(request: Readonly<Record<string, unknown>>): Promise<unknown>;
  readonly stopped: Promise<void>;
  stop(): Promise<void>;
};

/** Training comes first. Windows has no `nice` that Python could call for itself; its children inherit this there. */
function lowerPriority(pid: number | undefined): void {
  try {
    if (pid !== undefined) os.setPriority(pid, os.constants.priority.PRIORITY_LOW);
  } catch {
    // It has ended already, or the system refuses: it serves all the same.
  }
}

type State = {
  readonly name: string;
  readonly pending: Map<number, Deferred<unknown>>;
  readonly ready: Deferred<PythonReady>;
  ended: boolean;
  /** Why it cannot serve, in its own words. */
  refusal: string | undefined;
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
  const name = module === 'exporter' ? 'the exporter' : "Ultralytics' own validation";
  const state: State = { name, pending: new Map(), ready: deferred(), ended: false, refusal: undefined };
  // The result may never be awaited.
  state.ready.promise.catch(() => undefined);
  listen(child, state);
  const stopped = whenStopped(child, state);
  let nextId = 1;
  return {
    pid: child.pid,
    get ended() {
      return state.ended;
    },
    get refused() {
      return state.refusal !== undefined;
    },
    ready: state.ready.promise,
    ask: (request) => {
      const id = nextId++;
      const answer = deferred<unknown>();
      state.pending.set(id, answer);
      child.stdin?.write(`${JSON.stringify({ id, ...request })}\n`);
      return answer.promise;
    },
    stopped,
    stop: () => {
      child.stdin?.end();
      child.kill('SIGKILL');
      return stopped;
    },
  };
}

function listen(child: ChildProcess, state: State): void {
  // A process that is gone breaks the pipe; its requests fail when its end is seen.
  child.stdin?.on('error', () => undefined);
  if (!child.stdout) return;
  createInterface({ input: child.stdout }).on('line', (line) => take(line, state));
}

function take(line: string, state: State): void {
  const parsed = zPythonLine.safeParse(parseJson(line));
  if (!parsed.success) return;
  const { data } = parsed;
  if ('id' in data) answer(Number(data.id), data, state);
  else if ('ready' in data) state.ready.resolve(data);
  else state.refusal = data.error;
}

function answer(id: number, data: object, { pending }: State): void {
  const asked = pending.get(id);
  pending.delete(id);
  if ('error' in data) asked?.reject(new Error(String(data.error)));
  else asked?.resolve(data);
}

function whenStopped(child: ChildProcess, state: State): Promise<void> {
  let lastWords = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    lastWords = (lastWords + text).slice(-LAST_WORDS);
  });
  return new Promise((resolve) => {
    const finish = (how: string): void => {
      state.ended = true;
      const words = stripVTControlCharacters(lastWords).trim().split('\n').at(-1)?.trim();
      const reason = state.refusal ?? words;
      const error = new Error(state.refusal ?? `${state.name} ${how}${reason ? ` (${reason})` : ''}`);
      state.ready.reject(error);
      for (const answer of state.pending.values()) answer.reject(error);
      state.pending.clear();
      resolve();
    };
    child.once('error', (error) => finish(`could not be started: ${error.message}`));
    child.once('close', (code, signal) =>
      finish(signal ? `was ended by ${signal}` : `ended with exit code ${code}`),
    );
  });
}
