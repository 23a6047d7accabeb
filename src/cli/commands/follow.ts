import path from 'node:path';
import { Command, Option } from '@commander-js/extra-typings';
import { toError } from '../../base/async';
import { followFolder } from '../../engine/control/follow-folder';
import { FOLLOW_FORMATS, type FollowReads, type Follows } from '../../run/files';
import type { Cli } from '../cli';
import { VERSION } from '../cli';
import { readableFile } from '../experiment';
import { badInput, type ExitCode } from '../failure';
import { type CliIo, printLine } from '../io';
import { collect } from '../option-values';
import { followToEnd, printDetached, type StartedRun } from '../train/start';
import { exitCodeOf } from '../watch/summary';

const READS: readonly FollowReads[] = ['auto', ...FOLLOW_FORMATS];

type FollowCliOptions = {
  readonly reads: FollowReads;
  readonly path?: string;
  readonly metric: readonly string[];
  readonly data?: string;
  readonly name?: string;
  readonly runs: string;
  readonly detach?: true;
  readonly json?: true;
};

export function followCommand({ io, run }: Cli) {
  return new Command('follow')
    .description(
      'follow a training that was started elsewhere; its folder is only read. Ctrl-C stops reading it',
    )
    .argument(
      '<dir>',
      'its output folder, which need not exist yet; docs/other-trainers.md says what is read of which program',
    )
    .addOption(
      new Option('--reads <format>', 'what is read there').choices(READS).default('auto' as FollowReads),
    )
    .option('--path <file>', 'the file that is read, relative to the folder')
    .option(
      '--metric <name=pattern>',
      'a tag, or with --reads regex an expression; may be given many times',
      collect,
      [],
    )
    .option(
      '--data <yaml>',
      'dataset that ONNX checkpoints are validated on; without it as its args.yaml says',
    )
    .option('--name <name>', 'name of the run folder; without it one is made')
    .option('--runs <dir>', 'folder of the runs', 'runs')
    .option('--detach', 'do not wait: following continues in the background')
    .option('--json', 'events as JSON lines on stdout, a result line at the end')
    .action(run((dir, options) => follow(io, dir, options as FollowCliOptions)));
}

async function follow(io: CliIo, dir: string, options: FollowCliOptions): Promise<ExitCode> {
  const started = await startFollowing(io, dir, options);
  if (options.detach) return printDetached(io, started.dir, options.json === true);
  const followed = await followToEnd(io, started, options.json === true);
  followed.live.dispose();
  return exitCodeOf(followed);
}

async function startFollowing(io: CliIo, dir: string, options: FollowCliOptions): Promise<StartedRun> {
  const folder = path.resolve(io.cwd, dir);
  const data = options.data === undefined ? {} : { data: readableFile(io, options.data) };
  const name = options.name === undefined ? {} : { name: options.name };
  const runsDir = path.resolve(io.cwd, options.runs);
  const place = { runsDir, cwd: io.cwd, installDir: io.installDir, pitwallVersion: VERSION };
  const request = { ...place, ...data, ...name, follows: followsOf(folder, options) };
  const { dir: run, isKnown } = await followFolder(request).catch((error: unknown) => {
    throw badInput(toError(error).message, error);
  });
  if (isKnown) printLine(io.stderr, `warning: ${dir} is followed already, by run ${path.basename(run)}`);
  // What the folder already holds was written before, and is reported all the same.
  return { dir: run, warnings: [], since: 0 };
}

function followsOf(folder: string, { reads, path: file, metric }: FollowCliOptions): Follows {
  if (reads === 'regex' && (file === undefined || metric.length === 0))
    throw badInput(
      'pitwall follow: --reads regex needs --path FILE and a --metric NAME=PATTERN for each metric',
    );
  return {
    folder,
    reads,
    ...(file !== undefined && { path: file }),
    metrics: Object.fromEntries(metric.map(pairOf)),
  };
}

function pairOf(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw badInput(`pitwall follow: --metric ${text}: expected NAME=PATTERN`);
  return [text.slice(0, at), text.slice(at + 1)];
}
