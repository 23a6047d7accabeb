import { existsSync } from 'node:fs';
import path from 'node:path';
import { Command } from '@commander-js/extra-typings';
import type { Cli } from '../cli';
import { badInput, type ExitCode } from '../failure';
import { type CliIo, printLine } from '../io';
import { collect } from '../option-values';
import { resumeOrRefuse, TAKE_OVER } from '../resume';
import { resolveRun } from '../run-reference';
import { onLeash, resumeOrStart } from '../train/inside-job';
import { followToEnd, printDetached, type StartedRun, startTraining } from '../train/start';
import { TRUST } from '../trust';
import { exitCodeOf } from '../watch/summary';

type TrainOptions = {
  readonly set: readonly string[];
  readonly name?: string;
  readonly runs?: string;
  readonly resume?: string;
  readonly takeOver?: true;
  readonly trust?: true;
  readonly detach?: true;
  readonly leash?: true;
  readonly resumeOrStart?: true;
  readonly json?: true;
};

export function trainCommand({ io, run }: Cli) {
  return new Command('train')
    .description('train an experiment and validate every checkpoint beside it')
    .argument('[config]', 'experiment file (*.train.yaml or an Ultralytics args.yaml)')
    .option('--set <key=value>', 'overrides a key of the experiment; may be given many times', collect, [])
    .option('--name <name>', 'name of the run folder; without it one is made')
    .option('--runs <dir>', 'folder of the runs; without it runs/ beside the config')
    .option(
      '--resume <run>',
      'go on with this run, or a folder that Ultralytics trained in, from its last checkpoint',
    )
    .option(...TAKE_OVER)
    .option(...TRUST)
    .option(
      '--resume-or-start',
      'go on with the run of this --name if there is one: for a job that is started again',
    )
    .option('--detach', 'do not wait: the run continues in the background')
    .option('--leash', 'end the run with this process, and with the other end of its stdin if that is a pipe')
    .option('--json', 'events as JSON lines on stdout, a result line at the end')
    .action(run((config, options) => train(io, config, options)));
}

async function train(io: CliIo, config: string | undefined, options: TrainOptions): Promise<ExitCode> {
  if (options.leash && options.detach)
    throw badInput('pitwall: --leash waits for the run, --detach does not');
  const started = await begin(io, config, options);
  if (options.detach) return printDetached(io, started.dir, options.json === true);
  const followed = await followToEnd(options.leash ? onLeash(io) : io, started, options.json === true);
  followed.live.dispose();
  return exitCodeOf(followed);
}

function begin(io: CliIo, config: string | undefined, options: TrainOptions): Promise<StartedRun> {
  if (options.resume !== undefined) return resume(io, config, options);
  if (config === undefined) throw badInput('pitwall: a config is needed, or --resume RUN');
  const request = { ...options, config };
  return options.resumeOrStart ? resumeOrStart(io, request) : startTraining(io, request);
}

async function resume(io: CliIo, config: string | undefined, options: TrainOptions): Promise<StartedRun> {
  if (config !== undefined || options.set.length > 0 || options.name !== undefined)
    throw badInput('pitwall: --resume continues the run as it is: it takes no config, --set or --name');
  const since = Date.now();
  const foreign = foreignFolder(io, options.resume ?? '');
  if (foreign !== undefined) return takeOver(io, foreign, options);
  const { dir } = resolveRun(io, options.resume ?? '', options.runs);
  await resumeOrRefuse(io, dir, options);
  return { dir, warnings: [], since, leash: options.leash === true };
}

/** The output folder of a training that Ultralytics did without Pitwall, absolute: it can be gone on from. */
function foreignFolder({ cwd }: CliIo, name: string): string | undefined {
  const folder = path.resolve(cwd, name);
  const has = (file: string): boolean => existsSync(path.join(folder, file));
  return !has('run.json') && has('args.yaml') && has(LAST) ? folder : undefined;
}

const LAST = 'weights/last.pt';

/** Its remaining epochs become a run of this folder's runs/; what it has written itself stays as it is. */
function takeOver(io: CliIo, folder: string, { runs }: TrainOptions): Promise<StartedRun> {
  const last = path.join(folder, LAST);
  printLine(
    io.stderr,
    `${folder} is Ultralytics' own: a run goes on from its ${LAST}, the epochs before stay there`,
  );
  const place = { cwd: io.cwd, stem: path.basename(folder), ...(runs !== undefined && { runs }) };
  const set = [`resume=${JSON.stringify(last)}`, 'trainer=ultralytics'];
  return startTraining(io, { config: path.join(folder, 'args.yaml'), set, ...place });
}
