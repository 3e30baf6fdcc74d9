/** What the Emscripten decoders share. Their `delete` frees the buffers, so the result is copied out first. */
interface EmscriptenDecoder {
  getEncodedBuffer(length: number): Uint8Array;
  getDecodedBuffer(): Uint8Array;
  decode(): void;
  delete(): void;
}

/** Decodes one codestream; `inspect` reads the decoder's own account of the frame while it is alive. */
export function runEmscriptenDecoder<Decoder extends EmscriptenDecoder, Info>(
  decoder: Decoder,
  codestream: Uint8Array,
  inspect: (decoder: Decoder) => Info,
): { readonly bytes: Uint8Array; readonly info: Info } {
  decoder.getEncodedBuffer(codestream.length).set(codestream);
  decoder.decode();
  const result = { bytes: decoder.getDecodedBuffer().slice(), info: inspect(decoder) };
  // Not in a `finally`: after an exception the whole instance is dropped, and its heap is not to be touched.
  decoder.delete();
  return result;
}
