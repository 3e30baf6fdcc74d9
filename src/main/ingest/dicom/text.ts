import type { DataSet } from 'dicom-parser';

/** Specific Character Set (0008,0005) terms (PS3.3, C.12.1.1.2) as labels that TextDecoder knows. */
const labels: Readonly<Record<string, string>> = {
  'ISO_IR 100': 'iso-8859-1',
  'ISO_IR 101': 'iso-8859-2',
  'ISO_IR 109': 'iso-8859-3',
  'ISO_IR 110': 'iso-8859-4',
  'ISO_IR 144': 'iso-8859-5',
  'ISO_IR 127': 'iso-8859-6',
  'ISO_IR 126': 'iso-8859-7',
  'ISO_IR 138': 'iso-8859-8',
  'ISO_IR 148': 'iso-8859-9',
  'ISO_IR 203': 'iso-8859-15',
  'ISO_IR 13': 'shift_jis',
  'ISO_IR 166': 'windows-874',
  'ISO_IR 192': 'utf-8',
  GB18030: 'gb18030',
  GBK: 'gbk',
  'ISO 2022 IR 87': 'iso-2022-jp',
  'ISO 2022 IR 149': 'euc-kr',
  'ISO 2022 IR 58': 'gb18030',
};

export type Decoder = InstanceType<typeof TextDecoder>;

/** How text of this data set is written: the last term that is known, else Latin-1, which loses no byte. */
export function textDecoder(dataSet: DataSet): Decoder {
  const terms = (dataSet.string('x00080005') ?? '').split('\\').map((term) => term.trim());
  const label = terms
    .reverse()
    .flatMap((term) => labels[term] ?? labels[term.replace('ISO 2022 IR', 'ISO_IR')] ?? [])[0];
  return new TextDecoder(label ?? 'iso-8859-1');
}

/** The value of a text element, without padding and control characters; null when absent or empty. */
export function readText(dataSet: DataSet, tag: string): string | null {
  const element = dataSet.elements[tag];
  if (element === undefined || element.length === 0 || element.items !== undefined) return null;
  const end = Math.min(element.dataOffset + element.length, dataSet.byteArray.length);
  const text = textDecoder(dataSet).decode(dataSet.byteArray.subarray(element.dataOffset, end));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: padding is NUL or space, and files hold worse.
  const clean = text.replace(/[\u0000-\u001f\u007f]/g, ' ').trim();
  return clean === '' ? null : clean;
}
