/** Whether the second run's best checkpoint is better than the first's, by a paired bootstrap over the val images. */
export type RunComparison = {
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  readonly probabilityBetter: number;
};
