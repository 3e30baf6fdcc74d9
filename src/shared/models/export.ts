import { z } from 'zod';

/** A Hugging Face folder; one ONNX file; the same with int8 linear layers. */
export const exportFormatSchema = z.enum(['hf', 'onnx', 'onnx-int8']);
export type ExportFormat = z.infer<typeof exportFormatSchema>;
