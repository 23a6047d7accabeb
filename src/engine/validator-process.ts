import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { sleep } from '../base/async';
import { WordedError } from '../base/worded-error';
import { inEnglish, type Words, words } from '../base/words';
import type { Channel } from '../protocol/channel';
import { channelToChild } from '../protocol/node/transports';
import { type ValidateProgress, type ValidatorMethods, zValidateProgress } from '../protocol/validator';
import { gpuRuntimeEnvironment } from './gpu-runtime/loader-path';
import { whyNoNatives, whyNotLoaded } from './natives';
import { nodeOf } from './process/run-environment';

export type ValidatorOptions = {
  /** Folder of the bundles. */
  readonly installDir: string;
  /** Node to run it with; absent: this process's own. */
  readonly nodePath?: string;
  /** Run that it works for; passed on as PITWALL_RUN. */
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The run's interpreter, whose environment may have the CUDA libraries that the GPU runtime needs. */
  readonly python?: string;
};

export type ValidatorExit = {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** How it ended, for people, with the last lines of a native crash. */
  readonly message: string;
  readonly said: Words;
};

type Methods = ValidatorMethods;

/** A running validator. Requests are answered one after another; all fail when the process ends. */
export type ValidatorProcess = {
  readonly pid: number | undefined;
  validate(
    params: Methods['validate']['params'],
    onProgress?: (progress: ValidateProgress) => void,
  ): Promise<Methods['validate']['result']>;
  assess(params: Methods['assess']['params']): Promise<Methods['assess']['result']>;
  predict(params: Methods['predict']['params']): Promise<Methods['predict']['result']>;
  compare(params: Methods['compare']['params']): Promise<Methods['compare']['result']>;
  draw(params: Methods['draw']['params']): Promise<Methods['draw']['result']>;
  drawMatched(params: Methods['drawMatched']['params']): Promise<Methods['drawMatched']['result']>;
  devices(): Promise<Methods['devices']['result']>;
  readonly stopped: Promise<ValidatorExit>;
  /** Closes the channel and waits; kills a process that does not end by itself. */
  stop(): Promise<ValidatorExit>;
};

const STOP_MS = 2000;
const LAST_WORDS = 4096;
const LAST_WORDS_MS = 500;

export function startValidator(options: ValidatorOptions): ValidatorProcess {
  const child = spawnValidator(options);
  const listeners = new Set<(progress: ValidateProgress) => void>();
  const channel = channelToChild(child, {
    onEvent: (name, value) => {
      const progress = name === 'progress' ? zValidateProgress.safeParse(value) : undefined;
      if (progress?.success) for (const listener of listeners) listener(progress.data);
    },
  });
  const stopped = whenStopped(child, channel, options.installDir);
  const ask = <M extends keyof Methods>(method: M, params: Methods[M]['params']) =>
    channel.request(method, params) as Promise<Methods[M]['result']>;
  return {
    pid: child.pid,
    validate: (params, onProgress) => {
      const own = (progress: ValidateProgress): void => {
        if (progress.model === params.model) onProgress?.(progress);
      };
      listeners.add(own);
      return ask('validate', params).finally(() => listeners.delete(own));
    },
    assess: (params) => ask('assess', params),
    predict: (params) => ask('predict', params),
    compare: (params) => ask('compare', params),
    draw: (params) => ask('draw', params),
    drawMatched: (params) => ask('drawMatched', params),
    devices: () => ask('devices', {}),
    stopped,
    stop: () => stopChild(child, stopped),
  };
}

function spawnValidator({ installDir, nodePath, run, env, python }: ValidatorOptions): ChildProcess {
  const node = nodeOf(nodePath);
  return spawn(node.program, [path.join(installDir, 'validator.js')], {
    // Structured clone: JSON would turn non-finite numbers into null.
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    windowsHide: true,
    env: {
      ...process.env,
      ...gpuRuntimeEnvironment(installDir, python),
      ...node.env,
      ...(run === undefined ? {} : { PITWALL_RUN: run }),
      ...env,
    },
  });
}

function whenStopped(child: ChildProcess, channel: Channel, installDir: string): Promise<ValidatorExit> {
  let lastWords = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    lastWords = (lastWords + text).slice(-LAST_WORDS);
  });
  return new Promise((resolve) => {
    const finish = (exit: Omit<ValidatorExit, 'message'>): void => {
      channel.close(new WordedError(exit.said));
      resolve({ ...exit, message: inEnglish(exit.said) });
    };
    child.once('error', (error) =>
      finish({
        exitCode: null,
        signal: null,
        said: words('the validator could not be started: {0}', error.message),
      }),
    );
    // Not `close` of the child: it never comes after this side has disconnected the channel (seen on Node 20).
    child.once('exit', (exitCode, signal) => {
      const finishWithWords = (): void => {
        // Only a failed load is about missing natives; any other end has its own reason.
        const isAbsent = /Cannot find module/.test(lastWords);
        const why = isAbsent ? whyNoNatives(installDir) : whyNotLoaded(lastWords);
        finish({ exitCode, signal, said: why ?? exitWords(exitCode, signal, lastWords) });
      };
      lastWordsRead(child).then(finishWithWords, finishWithWords);
    });
  });
}

/** stderr may still hold lines when the process is gone; another process that keeps it open is not waited for. */
function lastWordsRead({ stderr }: ChildProcess): Promise<unknown> {
  if (!stderr || stderr.closed) return Promise.resolve();
  return Promise.race([once(stderr, 'close'), sleep(LAST_WORDS_MS)]);
}

function exitWords(exitCode: number | null, signal: string | null, lastWords: string): Words {
  const how = signal
    ? words('the validator was ended by {0}', signal)
    : words('the validator ended with exit code {0}', exitCode ?? '?');
  // A process that was killed from outside had no time to say why.
  const silent = exitCode === 0 || signal === 'SIGKILL' || signal === 'SIGTERM';
  const last = silent ? undefined : lastLine(lastWords);
  return last === undefined ? how : words('{0} ({1})', how, last);
}

function lastLine(text: string): string | undefined {
  const lines = stripVTControlCharacters(text).split('\n');
  const written = lines.map((line) => line.trim()).filter((line) => line !== '');
  // Node ends what it says of an uncaught error with its own version.
  return written.findLast((line) => /^(\w*Error|Error \[\w+\]): /.test(line)) ?? written.at(-1);
}

async function stopChild(child: ChildProcess, stopped: Promise<ValidatorExit>): Promise<ValidatorExit> {
  if (child.connected) child.disconnect();
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  const exit = await stopped;
  clearTimeout(timer);
  return exit;
}
