/** Multiple of lr0 in an epoch counted from 0 (facts A1.3). Never reaches lrf: the last epoch is epochs - 1. */
export function epochMultiple(epoch: number, epochs: number, lrf: number, cosine: boolean): number {
  if (cosine) return Math.max((1 - Math.cos((epoch * Math.PI) / epochs)) / 2, 0) * (lrf - 1) + 1;
  return Math.max(1 - epoch / epochs, 0) * (1 - lrf) + lrf;
}
