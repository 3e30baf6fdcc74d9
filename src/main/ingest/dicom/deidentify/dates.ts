import { createHmac } from 'node:crypto';

const DAY_MILLISECONDS = 86_400_000;
const LEAST_DAYS = 365;
const DAYS_SPAN = 3650;

/**
 * Days that the dates of one patient move, the same for all of a patient's files, so that intervals stay: from 1 to 11
 * years into the past, by keyed hash. Whole days: times of the day stay as they are.
 */
export function dateShiftDays(key: string, patient: string): number {
  const hash = createHmac('sha256', key).update(patient).digest();
  return -(LEAST_DAYS + (hash.readUInt32BE(0) % DAYS_SPAN));
}

/** YYYYMMDD, or YYYY.MM.DD as before DICOM 3; null for what is no day of the calendar. */
function shiftDay(text: string, days: number): string | null {
  const match = /^(\d{4})(\d{2})(\d{2})$/.exec(text) ?? /^(\d{4})\.(\d{2})\.(\d{2})$/.exec(text);
  if (match === null) return null;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const time = Date.UTC(year, month - 1, day);
  const read = new Date(time);
  if (read.getUTCMonth() !== month - 1 || read.getUTCDate() !== day || year < 1800) return null;
  return new Date(time + days * DAY_MILLISECONDS).toISOString().slice(0, 10).replaceAll('-', '');
}

/** A time of the day (PS3.5, TM), with the colons that were written before DICOM 3. */
const TIME = /^([01]\d|2[0-3])(:?[0-5]\d(:?([0-5]\d|60)(\.\d{1,6})?)?)?$/;

/** Behind the day of a DT: time and offset from UTC. */
const DATE_TIME_REST = /^(([01]\d|2[0-3])([0-5]\d(([0-5]\d|60)(\.\d{1,6})?)?)?)?([+-](0\d|1[0-4])[0-5]\d)?$/;

/**
 * A DA, TM or DT value moved by `days`. Null where it cannot be: not a date, or one without a day (a year alone moves by
 * nothing that is known); it is then treated as where dates are removed.
 */
export function shiftDates(vr: string, value: string, days: number): string | null {
  const shifted = value.split('\\').map((part) => {
    const text = part.trim();
    if (text === '') return '';
    if (vr === 'TM') return TIME.test(text) ? text : null;
    if (vr === 'DA') return shiftDay(text, days);
    const day = shiftDay(text.slice(0, 8), days);
    const rest = text.slice(8);
    return day === null || !DATE_TIME_REST.test(rest) ? null : day + rest;
  });
  return shifted.includes(null) ? null : shifted.join('\\');
}
