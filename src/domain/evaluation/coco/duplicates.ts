/**
 * Which annotations are judged, in order; those of unlisted images or categories (-1) are not. COCO.createIndex keeps
 * only the last annotation of an id but lists it wherever the id occurs: so it counts once for each.
 */
export function annotationOrder(
  ids: Float64Array,
  image: Int32Array,
  category: Int32Array,
): { order: Uint32Array; repeated: number } {
  const last = lastOfId(ids);
  const listed = (i: number): boolean => image[i] >= 0 && category[i] >= 0;
  const positions = Uint32Array.from(ids.keys()).filter((i) => listed(i) && listed(last?.get(ids[i]) ?? i));
  if (last === undefined) return { order: positions, repeated: 0 };
  // Annotations are fetched image by image before they are put under the image of the last one.
  positions.sort((a, b) => image[a] - image[b] || a - b);
  return { order: positions.map((i) => last.get(ids[i]) ?? i), repeated: ids.length - last.size };
}

/** id -> the last position that has it; undefined where no id repeats. An absent id is NaN and repeats nothing. */
function lastOfId(ids: Float64Array): Map<number, number> | undefined {
  if (ids.every((id, i) => i === 0 || id > ids[i - 1])) return undefined;
  const last = new Map<number, number>();
  let named = 0;
  ids.forEach((id, i) => {
    if (Number.isNaN(id)) return;
    named++;
    last.set(id, i);
  });
  return last.size === named ? undefined : last;
}
