import type { RunState } from './state';
import type { ValidationReport } from './validation';

type Scores = Pick<
  ValidationReport,
  'map' | 'map50' | 'map75' | 'precision' | 'recall' | 'f1' | 'confidence'
>;
type JudgedReport = Scores & Pick<ValidationReport, 'task' | 'perClass'>;

/** Whether not one label was there to find: a report has the classes with labels. Ultralytics, and Pitwall once, write 0. */
export const lacksLabels = ({
  task,
  perClass,
  map,
}: Pick<JudgedReport, 'task' | 'perClass' | 'map'>): boolean =>
  task === undefined && perClass.length === 0 && !(map > 0);

const UNMEASURED: Scores = {
  map: Number.NaN,
  map50: Number.NaN,
  map75: Number.NaN,
  precision: Number.NaN,
  recall: Number.NaN,
  f1: Number.NaN,
  confidence: Number.NaN,
};

/** Without a label nothing is measured: 0 would be a model that finds nothing. */
export const measuredOf = <T extends JudgedReport>(report: T): T =>
  lacksLabels(report) ? { ...report, ...UNMEASURED } : report;

/** Whether a run has no best checkpoint because its val set has no labels. */
export const isUnlabelled = ({ best, validations }: Pick<RunState, 'best' | 'validations'>): boolean =>
  best === undefined && validations.size > 0 && [...validations.values()].every(lacksLabels);
