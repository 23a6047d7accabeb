import { type Words, words } from '../../base/words';
import { fastestDetHead } from './heads/fastestdet';
import { finishedHead } from './heads/finished';
import type { Head } from './heads/head';
import { gridCells, yolov5Head, yoloxHead } from './heads/rows';
import { transposedHead } from './heads/transposed';
import type { ChannelOrder, Fit, Size } from './letterbox';
import type { ModelMetadata } from './metadata';

type InputLayout = {
  readonly order: ChannelOrder;
  /** What a byte of the image is divided by. */
  readonly divisor: number;
};

/** What a family of detectors expects as input, and how its output is read. */
export type ModelLayout = InputLayout & { readonly head: Head; readonly fit: Fit };

/** What Ultralytics' classifiers expect: a score for each class comes out (src/domain/classification). */
export type ScoresLayout = InputLayout & { readonly scores: number; readonly fit: 'crop' };

export type LayoutQuestion = {
  /** Shape of the first output, batch first, as the model gave it. */
  readonly output: readonly number[];
  readonly input: Size;
  readonly metadata: ModelMetadata;
  /** Classes of the dataset, if there is one; decides between two readings of a shape. */
  readonly classes?: number;
};

const STRIDES = [8, 16, 32];
const BOX_VALUES = 4;
const OBJECTNESS_VALUES = 5;
const FINISHED_COLUMNS = 6;
const UNIT = 255;

/** The layout of a model by its metadata and the shape of its output; a sentence if it is not a known one. */
export function chooseLayout(question: LayoutQuestion): ModelLayout | ScoresLayout | Words {
  const { output, metadata } = question;
  if (metadata.task === 'classify' && output.length === 2)
    return { scores: output[1], fit: 'crop', order: 'rgb', divisor: UNIT };
  if (metadata.task !== undefined && metadata.task !== 'detect')
    return words(
      'is a model for the task "{0}"; only models that detect or classify can be validated',
      metadata.task,
    );
  if (output.length === 4) return gridLayout(question);
  if (output.length !== 3) return unknown(output);
  return rowsLayout(question) ?? unknown(output);
}

function unknown(output: readonly number[]): Words {
  return words('has an output of shape [{0}], which is not a known detector layout', output.join(', '));
}

function gridLayout({ output, input }: LayoutQuestion): ModelLayout | Words {
  const [, channels, rows, columns] = output;
  const classes = channels - OBJECTNESS_VALUES;
  if (classes < 1 || rows * 16 !== input.height || columns * 16 !== input.width) return unknown(output);
  return {
    head: fastestDetHead(classes, { rows, columns }, input),
    fit: 'stretch',
    order: 'bgr',
    divisor: UNIT,
  };
}

function rowsLayout(question: LayoutQuestion): ModelLayout | undefined {
  const [, rows, columns] = question.output;
  const cells = STRIDES.reduce(
    (sum, s) => sum + Math.floor(question.input.width / s) * Math.floor(question.input.height / s),
    0,
  );
  if (isFinished(question, cells)) return ultralytics(finishedHead(rows, columns, classesOf(question)));
  if (columns === cells || (rows !== cells && rows !== 3 * cells && rows < columns))
    return transposed(question, rows, columns);
  const classes = columns - OBJECTNESS_VALUES;
  if (classes < 1) return undefined;
  if (rows !== cells) return ultralytics(yolov5Head(classes, rows));
  const { width, height } = question.input;
  const head = yoloxHead(classes, gridCells(width, height, STRIDES), width);
  return { head, fit: 'corner', order: 'bgr', divisor: 1 };
}

/** Segmentation and pose heads have more channels after the classes; without metadata all count as classes. */
function transposed(question: LayoutQuestion, channels: number, anchors: number): ModelLayout | undefined {
  const most = channels - BOX_VALUES;
  const classes = Math.min(question.metadata.names?.length ?? most, most);
  return classes < 1 ? undefined : ultralytics(transposedHead({ classes, anchors, channels }));
}

function ultralytics(head: Head): ModelLayout {
  return { head, fit: 'letterbox', order: 'rgb', divisor: UNIT };
}

/** Older exports do not state it; then six columns mean it, unless they are YOLOv5's with one class. */
function isFinished({ output, metadata }: LayoutQuestion, cells: number): boolean {
  const [, rows, columns] = output;
  if (metadata.finished !== undefined) return metadata.finished && columns >= FINISHED_COLUMNS;
  return columns === FINISHED_COLUMNS && rows !== cells && rows !== 3 * cells;
}

function classesOf({ metadata, classes }: LayoutQuestion): number {
  return metadata.names?.length ?? classes ?? 1;
}
