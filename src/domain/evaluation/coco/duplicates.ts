/**
 * Which annotations are judged, in order; those of unlisted images or categories (-1) are not. COCO.createIndex keeps
 * only the last annotation of an id but lists it wherever the id occurs: so it counts once for each.
 */
export function annotationOrder(
  ids: Float64Array,
  image: Int32Array,
  category: Int32Array,
): { order: Uint32Array; repeated: number } {
  const last = hasRepeats(ids) ? lastOfId(ids) : undefined;
  const order = new Uint32Array(ids.length);
  let count = 0;
  for (let i = 0; i < ids.length; i++) if (image[i] >= 0 && category[i] >= 0) order[count++] = i;
  return last
    ? replaced(order.subarray(0, count), last, { ids, image, category })
    : { order: order.subarray(0, count), repeated: 0 };
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

type Columns = { readonly ids: Float64Array; readonly image: Int32Array; readonly category: Int32Array };

function replaced(
  listed: Uint32Array,
  last: ReadonlyMap<number, number>,
  { ids, image, category }: Columns,
): { order: Uint32Array; repeated: number } {
  const keeper = (i: number): number => (Number.isNaN(ids[i]) ? i : (last.get(ids[i]) ?? i));
  // Annotations are fetched image by image before they are put under the image of the last one.
  const fetched = listed.slice().sort((a, b) => image[a] - image[b] || a - b);
  const order = fetched.map(keeper).filter((i) => image[i] >= 0 && category[i] >= 0);
  const named = ids.filter((id) => !Number.isNaN(id)).length;
  return { order, repeated: named - new Set(ids.filter((id) => !Number.isNaN(id))).size };
}
