/** Types for the parts Fovea uses of untyped decoders. All are Emscripten modules (CommonJS). */

declare module '@cornerstonejs/codec-charls/decodewasmjs' {
  interface Decoder {
    getEncodedBuffer(length: number): Uint8Array;
    getDecodedBuffer(): Uint8Array;
    decode(): void;
    getFrameInfo(): { width: number; height: number; bitsPerSample: number; componentCount: number };
    /** 0 none (planar), 1 line, 2 sample. */
    getInterleaveMode(): number;
    delete(): void;
  }
  interface Module {
    readonly HEAPU8: Uint8Array;
    readonly JpegLSDecoder: new () => Decoder;
  }
  const factory: (options?: object) => Promise<Module>;
  export = factory;
}

declare module '@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs' {
  interface Decoder {
    getEncodedBuffer(length: number): Uint8Array;
    getDecodedBuffer(): Uint8Array;
    decode(): void;
    getFrameInfo(): { width: number; height: number; bitsPerSample: number; componentCount: number };
    delete(): void;
  }
  interface Module {
    readonly HEAPU8: Uint8Array;
    readonly JPEGDecoder: new () => Decoder;
  }
  const factory: (options?: object) => Promise<Module>;
  export = factory;
}

declare module '@cornerstonejs/codec-openjpeg/decodewasmjs' {
  interface Decoder {
    getEncodedBuffer(length: number): Uint8Array;
    getDecodedBuffer(): Uint8Array;
    decode(): void;
    getFrameInfo(): { width: number; height: number; bitsPerSample: number; componentCount: number; isSigned: boolean };
    delete(): void;
  }
  interface Module {
    readonly HEAPU8: Uint8Array;
    readonly J2KDecoder: new () => Decoder;
  }
  const factory: (options?: object) => Promise<Module>;
  export = factory;
}

declare module '@cornerstonejs/codec-openjph/wasmjs' {
  interface Decoder {
    getEncodedBuffer(length: number): Uint8Array;
    getDecodedBuffer(): Uint8Array;
    decode(): void;
    getFrameInfo(): { width: number; height: number; bitsPerSample: number; componentCount: number; isSigned: boolean };
    delete(): void;
  }
  interface Module {
    readonly HEAPU8: Uint8Array;
    readonly HTJ2KDecoder: new () => Decoder;
  }
  const factory: (options?: object) => Promise<Module>;
  export = factory;
}
