import { checkCommand } from '../commands/check';
import { compareCommand } from '../commands/compare';
import { dataCommand } from '../commands/data';
import { exportCommand } from '../commands/export';
import { predictCommand } from '../commands/predict';
import { reportCommand } from '../commands/report';

export const JUDGING = {
  predict: predictCommand,
  data: dataCommand,
  compare: compareCommand,
  check: checkCommand,
  export: exportCommand,
  report: reportCommand,
};
