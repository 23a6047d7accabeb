import { Command, Option } from '@commander-js/extra-typings';
import { toError } from '../../base/async';
import { formatBytes } from '../../domain/display/format';
import { CLEAR_KEEPS, type ClearKeep } from '../../domain/run/retention';
import { bytesOf, clearRun, emptyOldTrash, planSpace, type SpacePlan } from '../../engine/control/free-space';
import type { Cli } from '../cli';
import type { ExitCode } from '../failure';
import { type CliIo, printJson, printLine } from '../io';
import { age } from '../option-values';
import { runsFolderIn } from '../run-reference';

const KEEP = new Option(
  '--keep <what>',
  'best: of old runs the best checkpoint and pinned ones; last: the newest as well',
)
  .choices([...CLEAR_KEEPS] as const)
  .default('last' as const);

const OLDER = new Option('--older <age>', 'runs that ended so long ago, as 12h, 30d or 2w')
  .argParser(age)
  .default(age('30d'), '30d');

type GcOptions = {
  readonly keep: ClearKeep;
  readonly older: number;
  readonly dryRun?: true;
  readonly json?: true;
};

export function gcCommand({ io, run }: Cli) {
  return new Command('gc')
    .description(
      'free disk space: checkpoints of old runs that are neither best nor pinned, and old runs in the trash',
    )
    .argument('[dir]', 'a runs folder, or one that holds runs/', '.')
    .addOption(KEEP)
    .addOption(OLDER)
    .option('--dry-run', 'say what would be removed and how much it takes; remove nothing')
    .option('--json', 'one JSON line on stdout')
    .action(run((dir, options) => collect(io, runsFolderIn(io, dir), options)));
}

async function collect(io: CliIo, runsDir: string, options: GcOptions): Promise<ExitCode> {
  const { keep, older, dryRun = false, json } = options;
  const plan = await planSpace(runsDir, { keep, olderMs: older });
  if (!json) for (const line of planLines(plan, dryRun)) printLine(io.stdout, line);
  const failures = dryRun ? [] : await carryOut(io, plan, keep);
  for (const failure of failures) printLine(io.stderr, failure);
  if (json) printJson(io.stdout, { ...plan, bytes: bytesOf(plan), dryRun, failures });
  return failures.length === 0 ? 0 : 1;
}

function planLines(plan: SpacePlan, dryRun: boolean): string[] {
  const count = plan.runs.length + plan.trash.length;
  const verb = dryRun ? 'would be freed' : 'freed';
  return [
    ...plan.runs.map(({ name, epochs, bytes }) => `${name}: ${checkpoints(epochs)}, ${formatBytes(bytes)}`),
    ...plan.trash.map(({ name, bytes }) => `${name} in the trash: ${formatBytes(bytes)}`),
    count === 0 ? 'nothing to remove' : `${formatBytes(bytesOf(plan))} ${verb}`,
    ...(plan.foreign.length > 0 ? [`not yours, left as they are: ${plan.foreign.join(', ')}`] : []),
  ];
}

function checkpoints(epochs: readonly number[]): string {
  const [first, last] = [epochs[0], epochs.at(-1)];
  return epochs.length === 1
    ? `checkpoint of epoch ${first}`
    : `${epochs.length} checkpoints of epochs ${first} to ${last}`;
}

/** Goes on if one run cannot be cleared; returns why. */
async function carryOut(io: CliIo, plan: SpacePlan, keep: ClearKeep): Promise<string[]> {
  const failures: string[] = [];
  for (const run of plan.runs)
    await clearRun(run, keep, { installDir: io.installDir, from: 'cli' }).catch((error: unknown) => {
      failures.push(toError(error).message);
    });
  await emptyOldTrash(plan);
  return failures;
}
