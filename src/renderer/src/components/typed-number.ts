import { useEffect, useState } from 'react';
import { useInvalidField } from './invalid-fields';
import { decimalText, parseDecimal } from './number-text';

export interface TypedNumberOptions {
  readonly label: string;
  readonly value: number | null;
  readonly onChange: (value: number | null) => void;
  /** Returns the error for a number, or null if it is valid. */
  readonly check: (value: number) => string | null;
  /** Accepts an empty text as null. */
  readonly optional?: boolean;
  readonly disabled?: boolean;
  /** What to type; part of the error for text that is not a number. */
  readonly example: string;
}

export interface TypedNumber {
  readonly text: string;
  readonly error: string | null;
  readonly type: (text: string | number) => void;
}

/** Parses a typed number; either `value` or `error` is set, or neither if it is optional and empty. */
export function readNumber(
  text: string,
  { check, optional = false, example }: Pick<TypedNumberOptions, 'check' | 'optional' | 'example'>,
): { readonly value: number | null; readonly error: string | null } {
  if (text.trim() === '' && optional) return { value: null, error: null };
  const value = parseDecimal(text);
  if (value === null) return { value, error: `Type ${example}` };
  return { value, error: check(value) };
}

/**
 * State of a text field for a number. Reports the value as soon as the text is a valid number; until then the field
 * shows an error, the value stays, and the form is blocked (see `useInvalidFields`).
 */
export function useTypedNumber(options: TypedNumberOptions): TypedNumber {
  const { label, value, onChange, disabled = false } = options;
  const [text, setText] = useState(textOf(value));
  // biome-ignore lint/correctness/useExhaustiveDependencies: only another value replaces what was typed
  useEffect(() => {
    setText((shown) => (readNumber(shown, options).value === value ? shown : textOf(value)));
  }, [value]);
  const error = disabled ? null : readNumber(text, options).error;
  useInvalidField(label, error);
  return {
    text,
    error,
    type: (typed) => {
      const next = String(typed);
      setText(next);
      const read = readNumber(next, options);
      // Fields report their value again on blur; that is not a change and must not start a check.
      if (read.error === null && read.value !== value) onChange(read.value);
    },
  };
}

const textOf = (value: number | null): string => (value === null ? '' : decimalText(value));

/** For whole numbers: "A whole number from 1 to 1,024". */
export const wholeFrom =
  (min: number, max: number) =>
  (value: number): string | null =>
    Number.isInteger(value) && value >= min && value <= max
      ? null
      : `A whole number from ${grouped.format(min)} to ${grouped.format(max)}`;

/** "From 1 to 45". */
export const between =
  (min: number, max: number) =>
  (value: number): string | null =>
    value >= min && value <= max ? null : `From ${grouped.format(min)} to ${grouped.format(max)}`;

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 4 });
