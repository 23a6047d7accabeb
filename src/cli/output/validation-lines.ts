import { metricNames } from '../../domain/run/task';
import type { ValidationReport } from '../../run/validation';
import { cocoLines } from './coco-lines';
import { score, seconds } from './numbers';
import { formatTable, type TableColumn } from './table';

/** A validation for people: what ran, Ultralytics' table with a row per class, COCO's 12 numbers if it is of boxes. */
export function validationLines(report: ValidationReport, names: readonly string[]): string[] {
  const table = report.task === 'classify' ? accuracyTable(report) : boxTable(report, names);
  const coco = report.task === undefined ? ['', ...cocoLines(report.coco)] : [];
  return [headline(report), '', ...table, ...coco];
}

const right = (title: string): TableColumn => ({ title, align: 'right' });

function accuracyTable({ images, map, map50, task }: ValidationReport): string[] {
  const [top1, top5] = metricNames(task);
  const columns = [{ title: 'class' }, ...['images', top1, top5].map(right)];
  return formatTable(columns, [['all', String(images), score(map), score(map50)]]);
}

function boxTable(report: ValidationReport, names: readonly string[]): string[] {
  const { perClass, images, precision, recall, map50, map } = report;
  const [mapTitle, map50Title, p, r] = metricNames(report.task);
  const columns = [{ title: 'class' }, ...['images', 'labels', p, r, map50Title, mapTitle].map(right)];
  const labels = perClass.reduce((sum, c) => sum + c.labels, 0);
  const all = ['all', String(images), String(labels), ...[precision, recall, map50, map].map(score)];
  const rows = perClass.map((c) => [
    names[c.class] ?? `class ${c.class}`,
    String(c.images),
    String(c.labels),
    ...[c.precision, c.recall, c.ap50, c.ap].map(score),
  ]);
  return formatTable(columns, [all, ...rows]);
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
