import { damaged } from '../dicom/damaged';

export interface FrameComponent {
  readonly id: number;
  readonly horizontal: number;
  readonly vertical: number;
  readonly quantization: number;
}

/** SOFn (ITU-T T.81, B.2.2; T.87, C.2.2). */
export interface FrameHeader {
  /** Second byte of the marker. */
  readonly process: number;
  readonly precision: number;
  readonly width: number;
  readonly height: number;
  readonly components: readonly FrameComponent[];
  readonly lossless: boolean;
  readonly progressive: boolean;
  /** JPEG-LS. */
  readonly ls: boolean;
}

/** SOS (T.81, B.2.3). */
export interface ScanHeader {
  readonly components: readonly { readonly component: FrameComponent; readonly dc: number; readonly ac: number }[];
  /** First and last coefficient, or the predictor of a lossless scan and 0. */
  readonly first: number;
  readonly last: number;
  /** Successive approximation: previous and current bit position. */
  readonly high: number;
  readonly low: number;
}

const PROCESSES = new Set([0xc0, 0xc1, 0xc2, 0xc3, 0xf7]);

/**
 * `payload`: the segment after its length.
 * @throws FoveaError `damaged`, also for hierarchical and arithmetic processes
 */
export function readFrameHeader(process: number, payload: Buffer): FrameHeader {
  const count = payload[5] ?? 0;
  if (!PROCESSES.has(process)) throw damaged('The compressed image uses an unsupported JPEG process.');
  if (count === 0 || count > 4 || payload.length < 6 + 3 * count) {
    throw damaged('The frame header of the compressed image is damaged.');
  }
  const components = Array.from({ length: count }, (_, index): FrameComponent => {
    const at = 6 + 3 * index;
    const sampling = payload[at + 1] as number;
    return {
      id: payload[at] as number,
      horizontal: sampling >> 4,
      vertical: sampling & 15,
      quantization: payload[at + 2] as number,
    };
  });
  const [height, width] = [payload.readUInt16BE(1), payload.readUInt16BE(3)];
  const wrong = components.some(({ horizontal: h, vertical: v }) => h < 1 || h > 4 || v < 1 || v > 4);
  if (wrong || new Set(components.map(({ id }) => id)).size !== count || height === 0 || width === 0) {
    throw damaged('The frame header of the compressed image is inconsistent.');
  }
  return {
    process,
    precision: payload[0] as number,
    width,
    height,
    components,
    lossless: process === 0xc3,
    progressive: process === 0xc2,
    ls: process === 0xf7,
  };
}

/** @throws FoveaError `damaged` */
export function readScanHeader(payload: Buffer, frame: FrameHeader): ScanHeader {
  const count = payload[0] ?? 0;
  if (count === 0 || count > 4 || payload.length < 4 + 2 * count) {
    throw damaged('A scan header of the compressed image is damaged.');
  }
  const components = Array.from({ length: count }, (_, index) => {
    const id = payload[1 + 2 * index] as number;
    const tables = payload[2 + 2 * index] as number;
    const component = frame.components.find((one) => one.id === id);
    if (component === undefined) throw damaged('The compressed image has a scan of a component that it does not have.');
    return { component, dc: tables >> 4, ac: tables & 15 };
  });
  const at = 1 + 2 * count;
  const approximation = payload[at + 2] as number;
  return {
    components,
    first: payload[at] as number,
    last: payload[at + 1] as number,
    high: approximation >> 4,
    low: approximation & 15,
  };
}
