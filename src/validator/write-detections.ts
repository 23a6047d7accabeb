import path from 'node:path';
import { groupImages } from '../domain/compare/grouping';
import { encodeDetections } from '../run/detections-file';
import { writeWhole } from '../run/folder/write-file';
import type { ValidationOutcome } from './report';
import { keptColumns } from './val-set/collect';
import type { ImageHashes } from './val-set/image-digests';
import type { JudgedSet } from './val-set/judged-set';

/**
 * Writes the detections, so that this checkpoint can be compared with others later. The file appears whole or not at
 * all.
 */
export async function writeDetections(
  file: string,
  outcome: ValidationOutcome,
  set: JudgedSet & { readonly hashes: ImageHashes },
): Promise<void> {
  const { params, split, model, classes } = outcome;
  const { results, digests, fingerprint } = set;
  const { detections, truth } = keptColumns(results, split.images, classes);
  const names = Array.from({ length: classes }, (_, i) => split.names[i] ?? model.names?.[i] ?? `class_${i}`);
  const base = path.dirname(params.data);
  const judged = results.map(({ index }) => split.images[index]);
  const files = judged.map(({ file }) => path.relative(base, file).split(path.sep).join('/'));
  const hashes = params.groups === 'auto' ? await set.hashes.of(judged) : [];
  const groups = groupImages(
    files.map((file, i) => ({ file, hash: hashes[i] })),
    params.groups,
  );
  const bytes = encodeDetections({
    header: {
      fingerprint,
      classes: names,
      rule: {
        name: 'ultralytics',
        imgsz: Math.max(model.input.width, model.input.height),
        conf: params.conf,
        iou: params.iou,
        max_det: params.max_det,
        single_cls: params.single_cls,
        split: params.split,
        exif: 'applied',
        ...(params.classes === undefined ? {} : { classes: params.classes }),
        matching: params.matching,
        // Of one class only there is nothing else to suppress.
        ...(params.agnostic && !params.single_cls && { agnostic: true as const }),
      },
      images: results.length,
      files,
      sizes: results.flatMap((r) => [r.size.width, r.size.height]),
      digests: [...digests],
      groups: [...groups.of],
      groupedBy: groups.by,
    },
    detections,
    truth,
  });
  // RUN/validation/epoch-0001.det: nothing below the run folder may be a link.
  await writeWhole(file, bytes, { root: path.dirname(path.dirname(file)) });
}
