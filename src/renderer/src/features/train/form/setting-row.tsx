import { NumberInput, Select, Switch, TextInput } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import { useTypedNumber, wholeFrom } from '../../../components/typed-number';
import classes from './setting-row.module.css';

interface RowProps {
  readonly id: string;
  readonly label: string;
  /** Explains the setting in one line. */
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
  const { text, error, type } = useTypedNumber({
    label,
    value,
    disabled,
    check: wholeFrom(min, max),
    example: 'a whole number',
    onChange: (next) => next !== null && onChange(next),
  });
  return (
    <Row id={id} label={label} help={help}>
      <NumberInput
        id={id}
        aria-describedby={`${id}-help`}
        value={text}
        min={min}
        max={max}
        suffix={suffix}
        allowDecimal={false}
        clampBehavior="none"
        disabled={disabled}
        error={error}
        onChange={type}
      />
    </Row>
  );
}

export interface DecimalSettingProps extends SettingProps<number | null> {
  /** Returns the error for a number, or null if it is valid. */
  readonly check?: (value: number) => string | null;
  /** Shown while empty; makes the field optional, with empty meaning null. */
  readonly placeholder?: string;
}

const anyNumber = () => null;

/** A number that may need an exponent, such as a learning rate. */
export function DecimalSetting(props: DecimalSettingProps) {
  const { label, help, value, onChange, disabled = false, check = anyNumber, placeholder } = props;
  const id = useId();
  const { text, error, type } = useTypedNumber({
    label,
    value,
    disabled,
    check,
    optional: placeholder !== undefined,
    example: 'a number, e.g. 2e-5',
    onChange,
  });
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
        onChange={(event) => type(event.currentTarget.value)}
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
