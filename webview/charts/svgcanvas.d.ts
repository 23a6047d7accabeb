declare module 'svgcanvas' {
  /** A 2D context that writes SVG. */
  export class Context {
    constructor(options: {
      readonly width: number;
      readonly height: number;
      readonly document: Document;
    });
    /** `fixNamedEntities`: as numbers, which every reader of XML knows. */
    getSerializedSvg(fixNamedEntities: boolean): string;
  }
}
