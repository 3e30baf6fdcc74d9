import { createHmac } from 'node:crypto';

const DAY_MILLISECONDS = 86_400_000;
const MIN_DAYS = 365;
const DAYS_SPAN = 3650;

/**
 * Number of days to shift a patient's dates, the same for all of the patient's files so that intervals are preserved: 1
 * to 11 years into the past, from a keyed hash. Whole days, so times of day are unchanged.
 */
export function dateShiftDays(key: string, patient: string): number {
  const hash = createHmac('sha256', key).update(patient).digest();
  return -(MIN_DAYS + (hash.readUInt32BE(0) % DAYS_SPAN));
}

/** Shifts YYYYMMDD, or YYYY.MM.DD as before DICOM 3; null if the text is not a calendar day. */
function shiftDay(text: string, days: number): string | null {
  const match = /^(\d{4})(\d{2})(\d{2})$/.exec(text) ?? /^(\d{4})\.(\d{2})\.(\d{2})$/.exec(text);
  if (match === null) return null;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const time = Date.UTC(year, month - 1, day);
  const read = new Date(time);
  if (read.getUTCMonth() !== month - 1 || read.getUTCDate() !== day || year < 1800) return null;
  return new Date(time + days * DAY_MILLISECONDS).toISOString().slice(0, 10).replaceAll('-', '');
}

/** A time of day (PS3.5, TM), optionally with the colons used before DICOM 3. */
const TIME = /^([01]\d|2[0-3])(:?[0-5]\d(:?([0-5]\d|60)(\.\d{1,6})?)?)?$/;

/** The rest of a DT after its day: time and offset from UTC. */
const DATE_TIME_REST = /^(([01]\d|2[0-3])([0-5]\d(([0-5]\d|60)(\.\d{1,6})?)?)?)?([+-](0\d|1[0-4])[0-5]\d)?$/;

/**
 * Shifts a DA, TM or DT value by `days`. Null if it is not a date, or has no day (a year alone cannot be shifted by
 * days); it is then treated as if dates were removed.
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
