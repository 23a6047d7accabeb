import path from 'node:path';
import { type Words, words } from '../../base/words';
import type { PythonChoice } from './choose';

/** What Ultralytics itself would install; the package of this name on PyPI is another one. */
const CLIP = 'git+https://github.com/ultralytics/CLIP.git';

/**
 * YOLO-World and YOLOE (Ultralytics knows them by these parts of their names) turn the names of classes into vectors with a package
 * that it would fetch by itself while it trains or, of YOLOE, at the first validation. One line that says how to get it; undefined
 * if nothing is lacking.
 */
export function lackingTextModel(
  model: string,
  { executable, packages }: Extract<PythonChoice, { kind: 'found' }>,
): Words | undefined {
  const stem = path.basename(model).replace(/\.(pt|ya?ml)$/i, '');
  if (packages.clip || !(stem.includes('-world') || stem.includes('yoloe'))) return undefined;
  return words(
    '{0} turns names of classes into vectors with the package clip, which {1} lacks; get it with: {1} -m pip install {2}',
    model,
    executable,
    CLIP,
  );
}
