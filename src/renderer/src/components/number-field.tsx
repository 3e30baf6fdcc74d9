import { NumberInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { between, useTypedNumber, wholeFrom } from './typed-number';

export interface NumberFieldProps {
  readonly label: string;
  readonly description?: ReactNode;
  readonly value: number;
  readonly onChange: (value: number) => void;
  readonly min: number;
  readonly max: number;
  /** Decimal places; 0 (the default) accepts whole numbers only. */
  readonly digits?: number;
  readonly suffix?: string;
  readonly width?: number;
  readonly autoFocus?: boolean;
}

/** A labelled input for a number in a range. An invalid value shows an error and blocks the surrounding form. */
export function NumberField(props: NumberFieldProps) {
  const { label, description, value, onChange, min, max, digits = 0, suffix = '', width, autoFocus } = props;
  const { text, error, type } = useTypedNumber({
    label,
    value,
    check: digits === 0 ? wholeFrom(min, max) : between(min, max),
    example: digits === 0 ? 'a whole number' : 'a number',
    onChange: (next) => next !== null && onChange(next),
  });
  return (
    <NumberInput
      label={label}
      description={description}
      value={text}
      min={min}
      max={max}
      suffix={suffix}
      allowDecimal={digits > 0}
      decimalScale={digits}
      clampBehavior="none"
      error={error}
      w={width}
      data-autofocus={autoFocus || undefined}
      onChange={type}
    />
  );
}
