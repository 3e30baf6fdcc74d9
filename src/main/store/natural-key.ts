/** A sort key that puts "scan (2).png" before "scan (10).png": lower case, NFC, runs of digits padded to 12. */
export function naturalKey(text: string): string {
  return text
    .normalize('NFC')
    .toLowerCase()
    .replace(/\d+/g, (digits) => digits.replace(/^0+(?=\d)/, '').padStart(12, '0'));
}
