import type { ValidationReport } from '../../run/validation';
import { cocoLines } from './coco-lines';
import { score, seconds } from './numbers';
import { formatTable, type TableColumn } from './table';

const COLUMNS: readonly TableColumn[] = [
  { title: 'class' },
  ...['images', 'labels', 'P', 'R', 'mAP50', 'mAP50-95'].map((title) => ({ title, align: 'right' as const })),
];

/** A validation for people: what ran, Ultralytics' table with a row per class, COCO's 12 numbers. */
export function validationLines(report: ValidationReport, names: readonly string[]): string[] {
  const { perClass, coco } = report;
  const labels = perClass.reduce((sum, c) => sum + c.labels, 0);
  const all = [
    report.images,
    labels,
    ...[report.precision, report.recall, report.map50, report.map].map(score),
  ];
  const rows = perClass.map((c) => [
    names[c.class] ?? `class ${c.class}`,
    String(c.images),
    String(c.labels),
    ...[c.precision, c.recall, c.ap50, c.ap].map(score),
  ]);
  return [
    headline(report),
    '',
    ...formatTable(COLUMNS, [['all', ...all.map(String)], ...rows]),
    '',
    ...cocoLines(coco),
  ];
}

function headline(report: ValidationReport): string {
  const speed = report.seconds.inference > 0 ? report.images / report.seconds.inference : Number.NaN;
  return [
    `${report.images} images${report.skipped > 0 ? ` (${report.skipped} skipped)` : ''}`,
    report.device,
    `imgsz ${report.imgsz}`,
    `batch ${report.batch}`,
    report.half ? 'FP16' : 'FP32',
    seconds(report.seconds.total),
    ...(Number.isFinite(speed) ? [`inference ${speed.toFixed(speed < 10 ? 1 : 0)} images/s`] : []),
  ].join('  ');
}
