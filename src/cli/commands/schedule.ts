import path from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { formatProblem } from '../../base/problem';
import { advise } from '../../domain/advice/advise';
import type { Advice } from '../../domain/advice/types';
import { formatCount } from '../../domain/display/format';
import { placeProblems } from '../../domain/experiment/place-problems';
import { TRAINERS } from '../../domain/experiment/trainers';
import type { Experiment } from '../../domain/experiment/types';
import type { DatasetCounts } from '../../domain/schedule/dataset-counts';
import { scheduleOf } from '../../domain/schedule/schedule';
import { scheduleSvg } from '../../domain/schedule/svg';
import { LIGHT_COLOURS } from '../../domain/schedule/svg-frame';
import type { Schedule } from '../../domain/schedule/types';
import { NEWEST_KNOWN } from '../../domain/schedule/ultralytics-version';
import { halfCard } from '../../engine/planning/half-card';
import type { Cli } from '../cli';
import { loadExperiment } from '../experiment';
import { badInput } from '../failure';
import { type CliIo, printJson, printLine } from '../io';
import { collect, versionNumber, wholeNumber } from '../option-values';
import { svgFile, writeNamed } from '../output/named-file';
import { styleFor } from '../output/style';
import { countDataset } from '../schedule/count-dataset';
import { scheduleLines, scheduleReport } from '../schedule/lines';

const PICTURE = {
  width: 720,
  height: 320,
  colours: { ...LIGHT_COLOURS, background: '#ffffff', halo: '#ffffff' },
} as const;

export function scheduleCommand({ io, run }: Cli) {
  return new Command('schedule')
    .description('the learning rate of every step before the run is started, and advice')
    .argument('<config>', 'experiment file')
    .option('--set <key=value>', 'overrides a key of the experiment; may be given many times', collect, [])
    .option('--images <n>', 'training images; without it they are counted on disk', wholeNumber)
    .option(
      '--ultralytics <version>',
      'whose rule; without it that of the installed Ultralytics',
      versionNumber,
    )
    .option('--svg <file>', 'draw the curves into an SVG file')
    .option('--json', 'LR per step and group as one JSON line on stdout')
    .action(
      run(async (config, options) => {
        const { experiment, text } = loadExperiment(io, config, options.set);
        const counts = await countDataset(io, experiment, { ...options, near: path.resolve(io.cwd, config) });
        const { schedule, problems } = scheduleOf(experiment, counts);
        for (const problem of placeProblems(problems, text, { file: config, set: options.set }))
          printLine(io.stderr, `${problem.severity}: ${formatProblem(problem)}`);
        const gpu = experiment.validation.half === 'on' ? await halfCard() : undefined;
        const advice = advise({ experiment, schedule, counts, ...(gpu && { gpu }) });
        if (options.svg !== undefined)
          await writeNamed(io, svgFile(options.svg), scheduleSvg(schedule, PICTURE));
        printSchedule(
          io,
          { schedule, advice, rule: ruleOf(experiment, counts), published: counts.published },
          options,
        );
        return 0;
      }),
    );
}

type ScheduleReport = {
  readonly schedule: Schedule;
  readonly advice: readonly Advice[];
  /** Ultralytics version whose rule it is. */
  readonly rule: string | undefined;
  /** The known data set whose counts these are. */
  readonly published: string | undefined;
};

function ruleOf(
  { trainer }: Experiment,
  { ultralyticsVersion = NEWEST_KNOWN }: DatasetCounts,
): string | undefined {
  return TRAINERS[trainer].isUltralytics ? ultralyticsVersion : undefined;
}

/** A command that only asks for a picture prints no text beside it. */
function printSchedule(
  io: CliIo,
  { schedule, advice, rule, published }: ScheduleReport,
  options: { readonly json?: true; readonly svg?: string },
): void {
  if (options.json && numbersOf(schedule) > MOST_NUMBERS) throw badInput(tooLong(schedule));
  if (options.json)
    printJson(io.stdout, { ...scheduleReport(schedule, advice), ultralytics: rule, published });
  if (options.json || options.svg !== undefined) return;
  const place = { stream: io.stdout, style: styleFor(io, io.stdout) };
  if (rule !== undefined) printLine(io.stdout, `by the rule of Ultralytics ${rule}`);
  for (const line of scheduleLines(schedule, advice, place)) printLine(io.stdout, line);
}

/** About 200 MB of JSON; a text of twice that length is more than JavaScript can hold. */
const MOST_NUMBERS = 10_000_000;

const numbersOf = ({ steps, groups }: Schedule): number => steps * (groups.length + 1);

function tooLong({ steps, groups }: Schedule): string {
  const most = Math.floor(MOST_NUMBERS / (groups.length + 1));
  return `pitwall schedule: --json writes every step, and ${formatCount(steps)} are too many: expected at most ${formatCount(most)} (epochs, batch); --svg and the text have no limit`;
}
