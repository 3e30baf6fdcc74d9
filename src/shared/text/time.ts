import { formatBytes, formatNumber, formatQuantity } from './number';

/** Above this, durations read better in days than in hours. */
const MIN_SECONDS_IN_DAYS = 36 * 3600;

/** Seconds → "45 s", "3 min 20 s", "2 h 5 min", "2.8 days". */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–';
  if (seconds < 10) return `${Math.max(0, seconds).toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  // Half a minute short of an hour rounds up to it.
  if (whole < 3570) {
    const rest = whole % 60;
    return rest === 0 || whole >= 600 ? `${Math.round(whole / 60)} min` : `${Math.floor(whole / 60)} min ${rest} s`;
  }
  if (whole >= MIN_SECONDS_IN_DAYS) return `${formatNumber(whole / 86_400)} days`;
  const minutes = Math.round((whole % 3600) / 60);
  return `${Math.floor(whole / 3600) + (minutes === 60 ? 1 : 0)} h ${minutes === 60 ? 0 : minutes} min`;
}

/** Seconds in one unit, for narrow places: "45 s", "3 min", "2 h", "3 days". */
export function formatShortDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–';
  if (seconds < 59.5) return `${Math.max(0, Math.round(seconds))} s`;
  if (seconds < 3570) return `${Math.round(seconds / 60)} min`;
  if (seconds < MIN_SECONDS_IN_DAYS) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

/** Items per second: "58.3 images/s", "1 image/s", "4.2 MB/s". */
export function formatRate(rate: number, unit = 'images'): string {
  if (unit === 'bytes') return `${formatBytes(Math.round(rate))}/s`;
  const number = formatNumber(rate);
  const noun = number === '1' ? unit.replace(/s$/, '') : unit;
  return `${number}${noun === '' ? '' : ` ${noun}`}/s`;
}

/** ISO time → local "23 Nov 2026, 12:30". */
export function formatDate(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return '–';
  return date.toLocaleString('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  });
}

/** ISO time → "just now", "5 minutes ago", "yesterday", or the date. */
export function formatAgo(iso: string, now = Date.now()): string {
  const then = new Date(iso).getTime();
  if (Number.isNaN(then)) return '–';
  const minutes = Math.floor((now - then) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${formatQuantity(minutes, 'minute')} ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${formatQuantity(hours, 'hour')} ago`;
  const days = Math.floor(hours / 24);
  if (days === 1) return 'yesterday';
  if (days < 14) return `${days} days ago`;
  return new Date(iso).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
}

/** ISO time → "2026-11-23 14:22 UTC", for files read elsewhere; returns the text itself if it is not a time. */
export function formatMoment(iso: string): string {
  const time = new Date(iso);
  return Number.isNaN(time.getTime()) ? iso : `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
