import type { Translate } from '../../base/translate';
import { findSchedule, type PythonFinding } from '../../domain/python/find';
import { scheduleSvg } from '../../domain/schedule/svg';
import { HOVER_SIZE, type SvgColours } from '../../domain/schedule/svg-frame';
import { describeCurve } from './describe-curve';
import type { PythonTexts } from './python-texts';

/** A place in a Python file. */
export type PythonQuestion = {
  readonly name: string;
  readonly text: string;
  readonly offset: number;
  readonly colours: SvgColours;
};

export type PythonAnswer = { readonly hasErrors: boolean; readonly found: PythonFound | undefined };

/** What is under the mouse pointer, as a hover shows it: a schedule is a function and cannot leave its thread. */
export type PythonFound = Pick<PythonFinding, 'start' | 'end' | 'notes'> &
  (
    | { readonly kind: 'curve'; readonly svg: string; readonly words: string }
    | { readonly kind: 'train'; readonly experiment: string; readonly key: string | undefined }
  );

export function answerTo(
  { name, text, offset, colours }: PythonQuestion,
  texts: PythonTexts,
  t: Translate,
): PythonAnswer {
  const python = texts.open(name, text);
  const finding = findSchedule(python.root, offset, t);
  return { hasErrors: python.hasErrors, found: finding && drawn(finding, colours, t) };
}

function drawn(finding: PythonFinding, colours: SvgColours, t: Translate): PythonFound {
  const { start, end, notes, highlight } = finding;
  if (finding.kind === 'train')
    return { kind: 'train', start, end, notes, experiment: finding.experiment, key: finding.key };
  const svg = scheduleSvg(finding.schedule, { ...HOVER_SIZE, colours, highlight, t });
  return { kind: 'curve', start, end, notes, svg, words: describeCurve(finding.schedule, t) };
}
