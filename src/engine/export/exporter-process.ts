import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { stripVTControlCharacters } from 'node:util';
import { type Deferred, deferred } from '../../base/async';
import { parseJson } from '../../base/json';
import { zExportAnswer } from '../../protocol/exporter';
import { pythonEnvironment } from '../python/environment';

export type ExporterOptions = {
  /** Interpreter that has ultralytics and onnx. */
  readonly python: string;
  readonly installDir: string;
  readonly env: NodeJS.ProcessEnv;
};

/** Turns checkpoints (.pt) to ONNX in a Python process that stays warm; one request after another. */
export type ExporterProcess = {
  readonly pid: number | undefined;
  /** Writes `onnx` whole; throws with the exporter's own line where it cannot. */
  export(request: {
    readonly pt: string;
    readonly onnx: string;
    readonly imgsz?: number;
  }): Promise<{ readonly seconds: number }>;
  readonly stopped: Promise<void>;
  stop(): Promise<void>;
};

type Pending = Map<number, Deferred<{ readonly seconds: number }>>;

const LAST_WORDS = 4096;

export function startExporter({ python, installDir, env }: ExporterOptions): ExporterProcess {
  const child = spawn(python, ['-m', 'pitwall_ultralytics.exporter'], {
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
    env: { ...env, ...pythonEnvironment(path.join(installDir, 'ultralytics')) },
  });
  const pending: Pending = new Map();
  listen(child, pending);
  const stopped = whenStopped(child, pending);
  let nextId = 1;
  return {
    pid: child.pid,
    export: (request) => {
      const id = nextId++;
      const answer = deferred<{ readonly seconds: number }>();
      pending.set(id, answer);
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

function listen(child: ChildProcess, pending: Pending): void {
  // A process that is gone breaks the pipe; its requests fail when the end is seen.
  child.stdin?.on('error', () => undefined);
  if (!child.stdout) return;
  createInterface({ input: child.stdout }).on('line', (line) => {
    const parsed = zExportAnswer.safeParse(parseJson(line));
    if (!parsed.success || !('id' in parsed.data)) return;
    const answer = pending.get(parsed.data.id);
    pending.delete(parsed.data.id);
    if ('error' in parsed.data) answer?.reject(new Error(parsed.data.error));
    else answer?.resolve({ seconds: parsed.data.seconds });
  });
}

function whenStopped(child: ChildProcess, pending: Pending): Promise<void> {
  let lastWords = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    lastWords = (lastWords + text).slice(-LAST_WORDS);
  });
  return new Promise((resolve) => {
    const finish = (how: string): void => {
      const reason = stripVTControlCharacters(lastWords).trim().split('\n').at(-1)?.trim();
      for (const answer of pending.values())
        answer.reject(new Error(`the exporter ${how}${reason ? ` (${reason})` : ''}`));
      pending.clear();
      resolve();
    };
    child.once('error', (error) => finish(`could not be started: ${error.message}`));
    child.once('close', (code, signal) =>
      finish(signal ? `was ended by ${signal}` : `ended with exit code ${code}`),
    );
  });
}
