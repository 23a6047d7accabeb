import { checkCommand } from '../commands/check';
import { compareCommand } from '../commands/compare';
import { dataCommand } from '../commands/data';
import { evaluateCommand } from '../commands/evaluate';
import { exportCommand } from '../commands/export';
import { predictCommand } from '../commands/predict';
import { reportCommand } from '../commands/report';
import { scheduleCommand } from '../commands/schedule';
import { validateCommand } from '../commands/validate';

export const JUDGING = {
  validate: validateCommand,
  predict: predictCommand,
  evaluate: evaluateCommand,
  data: dataCommand,
  schedule: scheduleCommand,
  compare: compareCommand,
  check: checkCommand,
  export: exportCommand,
  report: reportCommand,
};
