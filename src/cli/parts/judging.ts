import { checkCommand } from '../commands/check';
import { compareCommand } from '../commands/compare';
import { dataCommand } from '../commands/data';
import { exportCommand } from '../commands/export';
import { predictCommand } from '../commands/predict';
import { reportCommand } from '../commands/report';
import { validateCommand } from '../commands/validate';

export const JUDGING = {
  validate: validateCommand,
  predict: predictCommand,
  data: dataCommand,
  compare: compareCommand,
  check: checkCommand,
  export: exportCommand,
  report: reportCommand,
};
