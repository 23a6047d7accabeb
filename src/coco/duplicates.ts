/** Of each annotation: its id (NaN where it has none), and its image and category (-1 where not listed). */
export type AnnotationColumns = {
  readonly ids: Float64Array;
  readonly image: Int32Array;
  readonly category: Int32Array;
};

/**
 * Which annotations are judged, in order; those of unlisted images or categories (-1) are not. COCO.createIndex keeps
 * only the last annotation of an id but lists it wherever the id occurs: so it counts once for each.
 */
export function annotationOrder(columns: AnnotationColumns): { order: Uint32Array; repeated: number } {
  const { ids, image, category } = columns;
  const order = new Uint32Array(ids.length);
  let count = 0;
  for (let i = 0; i < ids.length; i++) if (image[i] >= 0 && category[i] >= 0) order[count++] = i;
  const listed = order.subarray(0, count);
  return hasRepeats(ids) ? replaced(listed, lastOfId(ids), columns) : { order: listed, repeated: 0 };
}

/** An absent id is NaN and repeats nothing. */
function hasRepeats(ids: Float64Array): boolean {
  const sorted = ids.slice().sort();
  for (let i = 1; i < sorted.length; i++) if (sorted[i] === sorted[i - 1]) return true;
  return false;
}

function lastOfId(ids: Float64Array): Map<number, number> {
  const last = new Map<number, number>();
  ids.forEach((id, i) => {
    last.set(id, i);
  });
  return last;
}

function replaced(
  listed: Uint32Array,
  last: ReadonlyMap<number, number>,
  { ids, image, category }: AnnotationColumns,
): { order: Uint32Array; repeated: number } {
  const keeper = (i: number): number => (Number.isNaN(ids[i]) ? i : (last.get(ids[i]) ?? i));
  // Annotations are fetched image by image before they are put under the image of the last one.
  const fetched = listed.slice().sort((a, b) => image[a] - image[b] || a - b);
  const order = fetched.map(keeper).filter((i) => image[i] >= 0 && category[i] >= 0);
  const named = ids.filter((id) => !Number.isNaN(id)).length;
  return { order, repeated: named - new Set(ids.filter((id) => !Number.isNaN(id))).size };
}
