/** Interface shared by the Emscripten decoders. `delete` frees the buffers, so the result is copied first. */
interface EmscriptenDecoder {
  getEncodedBuffer(length: number): Uint8Array;
  getDecodedBuffer(): Uint8Array;
  decode(): void;
  delete(): void;
}

/** Decodes one codestream; `inspect` queries the decoder before it is deleted. */
export function runEmscriptenDecoder<Info = undefined>(
  decoder: EmscriptenDecoder,
  codestream: Uint8Array,
  inspect?: () => Info,
): { readonly bytes: Uint8Array; readonly info: Info | undefined } {
  decoder.getEncodedBuffer(codestream.length).set(codestream);
  decoder.decode();
  const result = { bytes: decoder.getDecodedBuffer().slice(), info: inspect?.() };
  // Not in a `finally`: after an exception the whole instance is dropped, and its heap must not be touched.
  decoder.delete();
  return result;
}
