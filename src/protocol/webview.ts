import type { Breakdown } from '../domain/evaluation/breakdown';
import type { ConfusedPair } from '../domain/evaluation/confusion';
import type { ChartId, ChartView, Lens, Sections } from './dashboard/types';

// Host <-> page, over a Channel whose `send` is postMessage. No Node, no DOM, no editor: both ends import this file.

/** Points to append to a series that was sent before. */
export type SeriesAppend = { readonly key: string; readonly x: Float64Array; readonly y: Float64Array };

export type ChartUpdate =
  | { readonly kind: 'replace'; readonly chart: ChartView }
  | {
      readonly kind: 'append';
      readonly id: ChartView['id'];
      readonly summary: string;
      readonly series: readonly SeriesAppend[];
    };

/** Event `update`. `seq` counts up by one; a page that sees a gap opens again and gets a reset. */
export type ViewUpdate = {
  readonly seq: number;
  readonly reset: boolean;
  readonly sections: Partial<Sections>;
  readonly charts: readonly ChartUpdate[];
};

/** Of the checkpoint of `epoch`; `epochs` are those whose detections are kept. `note`: why there is none. */
export type BreakdownView =
  | { readonly note: string }
  | { readonly epoch: number; readonly epochs: readonly number[]; readonly breakdown: Breakdown };

export type GalleryBox = {
  /** x, y, width, height as shares of the image. */
  readonly box: readonly [number, number, number, number];
  /** It is about the image as a whole: no frame is drawn. */
  readonly whole?: true;
  /** Parts of a mask or a turned box, drawn in place of the frame: x, y, x, y ... as shares. */
  readonly outlines?: readonly (readonly number[])[];
  /** Drawn in place of the frame: x, y and 1 if it is to be seen, and which of them a line joins. */
  readonly pose?: {
    readonly points: readonly (readonly [number, number, number])[];
    readonly bones: readonly (readonly [number, number])[];
  };
  /** Of its class. */
  readonly name: string;
  readonly kind: 'truth' | 'hit' | 'false';
  /** Confidence of a detection. */
  readonly score?: number;
  /** Of a label: the confidence up to which it is found; absent: it is missed at any. */
  readonly foundAt?: number;
};
export type GalleryImage = {
  readonly name: string;
  /** Its file, or why it cannot be shown. */
  readonly picture: { readonly bytes: Uint8Array; readonly mime: string } | { readonly problem: string };
  /** Width and height when it was validated, if they are known. */
  readonly size?: readonly [number, number];
  readonly boxes: readonly GalleryBox[];
  /** What is wrong with it, in the place of mistakes that are counted. */
  readonly note?: string;
  /** Its share in all of the AP that is lost, 0 to 1. */
  readonly lost?: number;
};
export type Gallery = {
  /** The images from the place that was asked for on; none is left out, so that places stay as they are. */
  readonly images: readonly GalleryImage[];
  readonly total: number;
  readonly note: string;
  /** From which detections are shown at first. */
  readonly confidence: number;
  /** The checkpoint that they are of; further images are asked for by it, since a later one has another order. */
  readonly epoch?: number;
};

export type ChartPicture = 'png' | 'svg';

/** Requests of a page. method -> params and result. */
export type PageMethods = {
  /** The page is ready, or lost count: answers by an `update` with `reset`. */
  open: { params: Lens; result: undefined };
  /** Another part, size or smoothing of the charts, or more rows. */
  lens: { params: Lens; result: undefined };
  act: { params: { readonly id: string; readonly epoch?: number }; result: undefined };
  /** Without an epoch of the newest checkpoint whose detections are kept. */
  breakdown: { params: { readonly epoch?: number }; result: BreakdownView };
  /** `confused`: only images in which one was taken for the other. */
  gallery: {
    params: { readonly epoch?: number; readonly from: number; readonly confused?: ConfusedPair };
    result: Gallery;
  };
  copy: { params: { readonly text: string; readonly what: string }; result: undefined };
  /** All that a chart shows, as it was logged, into the clipboard. */
  copyChart: { params: { readonly chart: ChartId; readonly what: string }; result: undefined };
  /** Asks for the format and the file; the page draws what the answer names. A table is written by the host. */
  saveChart: { params: { readonly chart: ChartId; readonly what: string }; result: ChartPicture | undefined };
  /** Asks for the format of what the page has and draws itself. */
  saveFormat: { params: { readonly what: string }; result: 'csv' | ChartPicture | undefined };
  /** Bytes of a picture, into a file that the person chooses. */
  saveFile: { params: { readonly name: string; readonly bytes: Uint8Array }; result: undefined };
};
