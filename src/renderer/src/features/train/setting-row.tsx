import { NumberInput, Select, Switch, TextInput } from '@mantine/core';
import { type ReactNode, useEffect, useId, useState } from 'react';
import { decimalText, parseDecimal } from './number-text';
import classes from './setting-row.module.css';

interface RowProps {
  readonly id: string;
  readonly label: string;
  /** One line: what it does. */
  readonly help: ReactNode;
  readonly children: ReactNode;
}

function Row({ id, label, help, children }: RowProps) {
  return (
    <div className={classes['row']}>
      <div className={classes['text']}>
        <label className={classes['label']} htmlFor={id}>
          {label}
        </label>
        <div className={classes['help']} id={`${id}-help`}>
          {help}
        </div>
      </div>
      <div className={classes['control']}>{children}</div>
    </div>
  );
}

interface SettingProps<T> {
  readonly label: string;
  readonly help: ReactNode;
  readonly value: T;
  readonly onChange: (value: T) => void;
  readonly disabled?: boolean;
}

/** A whole number in a range. */
export function IntegerSetting(
  props: SettingProps<number> & { readonly min: number; readonly max: number; readonly suffix?: string },
) {
  const { label, help, value, onChange, disabled = false, min, max, suffix = '' } = props;
  const id = useId();
  return (
    <Row id={id} label={label} help={help}>
      <NumberInput
        id={id}
        aria-describedby={`${id}-help`}
        value={value}
        min={min}
        max={max}
        suffix={suffix}
        allowDecimal={false}
        clampBehavior="blur"
        disabled={disabled}
        onChange={(next) => {
          if (typeof next === 'number' && Number.isInteger(next)) onChange(next);
        }}
      />
    </Row>
  );
}

export interface DecimalSettingProps extends SettingProps<number | null> {
  /** Says what is wrong with a number, or null. */
  readonly check?: (value: number) => string | null;
  /** Shown while empty; empty is then allowed and means null. */
  readonly placeholder?: string;
}

/** A number that may need an exponent, such as a learning rate. What is typed counts as soon as it reads as a number. */
export function DecimalSetting(props: DecimalSettingProps) {
  const { label, help, value, onChange, disabled = false, check, placeholder } = props;
  const id = useId();
  const [text, setText] = useState(value === null ? '' : decimalText(value));
  useEffect(() => {
    setText((shown) => {
      const read = shown.trim() === '' ? null : parseDecimal(shown);
      return read === value ? shown : value === null ? '' : decimalText(value);
    });
  }, [value]);
  const read = parseDecimal(text);
  const empty = text.trim() === '' && placeholder !== undefined;
  const error = empty ? null : read === null ? 'Type a number, e.g. 2e-5' : (check?.(read) ?? null);
  return (
    <Row id={id} label={label} help={help}>
      <TextInput
        id={id}
        aria-describedby={`${id}-help`}
        inputMode="decimal"
        value={text}
        placeholder={placeholder}
        disabled={disabled}
        error={error}
        onChange={(event) => {
          const next = event.currentTarget.value;
          setText(next);
          const number = parseDecimal(next);
          if (next.trim() === '' && placeholder !== undefined) onChange(null);
          else if (number !== null && (check?.(number) ?? null) === null) onChange(number);
        }}
      />
    </Row>
  );
}

/** One of a few choices. */
export function ChoiceSetting<T extends string>(
  props: SettingProps<T> & {
    readonly choices: readonly { readonly value: T; readonly label: string; readonly disabled?: boolean }[];
  },
) {
  const { label, help, value, onChange, disabled = false, choices } = props;
  const id = useId();
  return (
    <Row id={id} label={label} help={help}>
      <Select
        id={id}
        aria-describedby={`${id}-help`}
        allowDeselect={false}
        data={[...choices]}
        value={value}
        disabled={disabled}
        onChange={(next) => {
          const choice = choices.find((candidate) => candidate.value === next);
          if (choice !== undefined) onChange(choice.value);
        }}
      />
    </Row>
  );
}

/** On or off. */
export function SwitchSetting({ label, help, value, onChange, disabled = false }: SettingProps<boolean>) {
  const id = useId();
  return (
    <Row id={id} label={label} help={help}>
      <Switch
        id={id}
        aria-describedby={`${id}-help`}
        checked={value}
        disabled={disabled}
        style={{ display: 'flex', justifyContent: 'flex-end' }}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    </Row>
  );
}
