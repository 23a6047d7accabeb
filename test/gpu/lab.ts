import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { CARDS_QUERY, type Card, parseCards } from '../../src/domain/gpu/cards';
import { parseDriver } from '../../src/domain/gpu/driver';
import { gpuRuntimeEnvironment } from '../../src/engine/gpu-runtime/loader-path';
import { startValidator, type ValidatorProcess } from '../../src/engine/validator-process';
import { findProgram } from '../../src/run/folder/find-program';
import { copyInstallation } from './installation';

export type Finished = { readonly code: number | null; readonly out: string; readonly err: string };

/** What a step cannot measure here, and why: its rows are skipped by name. */
export class Skip extends Error {}

/** The machine and a folder to work in: an installation of its own, whose GPU runtime is not this repository's. */
export class Lab {
  readonly repository: string;
  readonly dir: string;
  readonly installDir: string;
  /** onnxruntime's own folder in it. */
  readonly providers: string;
  readonly python: string;
  readonly card: Card | undefined;
  readonly driver: string | null;
  /** Set once the provider is seen to run there. */
  device: 'cuda' | 'cpu' = 'cpu';
  #env: NodeJS.ProcessEnv;

  constructor(repository: string, python: string) {
    this.repository = repository;
    this.python = python;
    this.dir = mkdtempSync(path.join(os.tmpdir(), 'pitwall-gpu-lab-'));
    this.providers = copyInstallation(repository, this.dir);
    this.installDir = path.join(this.dir, 'dist');
    const { PITWALL_RUN: _, ...env } = process.env;
    this.#env = { ...env, PITWALL_PYTHON: python, YOLO_OFFLINE: 'true', YOLO_AUTOINSTALL: 'false' };
    this.card = this.cards()[0];
    this.driver = parseDriver(this.#smi([]))?.version ?? null;
  }

  get hasGpu(): boolean {
    return this.card !== undefined;
  }

  cards(): readonly Card[] {
    return parseCards(this.#smi(CARDS_QUERY));
  }

  #smi(args: readonly string[]): string {
    const program = findProgram('nvidia-smi');
    return program === undefined ? '' : (spawnSync(program, args, { encoding: 'utf8' }).stdout ?? '');
  }

  /** The command line, to its end; `env` is added. */
  async cli(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Finished> {
    const child = spawn(process.execPath, [path.join(this.installDir, 'cli.js'), ...args], {
      cwd: this.dir,
      env: { ...this.#env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const texts = { out: '', err: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (texts.out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (texts.err += text));
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { code, ...texts };
  }

  /** The JSON lines of a command that must succeed. */
  async json(
    args: readonly string[],
    env: NodeJS.ProcessEnv = {},
  ): Promise<readonly Record<string, never>[]> {
    const { code, out, err } = await this.cli([...args, '--json'], env);
    if (code !== 0)
      throw new Error(`pitwall ${args.join(' ')} ended with ${code}: ${err.trim().split('\n').at(-1)}`);
    return out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  }

  validator(): ValidatorProcess {
    return startValidator({ installDir: this.installDir, python: this.python });
  }

  /** What the validator finds CUDA's libraries by. */
  loaderEnv(): NodeJS.ProcessEnv {
    return { ...this.#env, ...gpuRuntimeEnvironment(this.installDir, this.python) };
  }

  /** A program in Python, to its end; returns what it printed. */
  runPython(script: string, args: readonly string[] = []): string {
    return execFileSync(this.python, ['-c', script, ...args], {
      cwd: this.folder('python'),
      env: this.#env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 1e9,
    });
  }

  folder(name: string): string {
    const folder = path.join(this.dir, 'work', name);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  write(name: string, text: string): string {
    const file = path.join(this.folder(path.dirname(name)), path.basename(name));
    writeFileSync(file, text);
    return file;
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}
