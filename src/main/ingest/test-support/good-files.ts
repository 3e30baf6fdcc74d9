import { sharp } from '../raster/codec';
import { dicomFile, encapsulated, imageModule } from './dicom-bytes';
import { seededRandom } from './random';

/** A valid file, to be damaged by a test. */
export interface GoodFile {
  readonly name: string;
  readonly kind: 'dicom' | 'picture';
  readonly bytes: Buffer;
}

/** Small files of noise: native and JPEG DICOM, and the variants of PNG and JPEG. */
export async function goodFiles(): Promise<GoodFile[]> {
  const random = seededRandom(5);
  const noise = (length: number) => Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));
  const grey = { raw: { width: 60, height: 50, channels: 1 } } as const;
  const colour = { raw: { width: 60, height: 50, channels: 3 } } as const;
  const picture = async (name: string, bytes: Promise<Buffer>): Promise<GoodFile> => ({
    name,
    kind: 'picture',
    bytes: await bytes,
  });
  // One component: a grey image would otherwise have three.
  const jpeg = await sharp(noise(3000), grey).toColourspace('b-w').jpeg().toBuffer();
  const native = (bits: 8 | 16, frames: number, syntax?: string) =>
    dicomFile(
      [
        ['00080060', 'CS', 'US'],
        ...imageModule({ rows: 50, columns: 60, allocated: bits, frames }),
        ['7fe00010', 'OW', noise((3000 * frames * bits) / 8)],
      ],
      syntax,
    );
  return [
    { name: 'native-8.dcm', kind: 'dicom', bytes: native(8, 3) },
    { name: 'native-16.dcm', kind: 'dicom', bytes: native(16, 1) },
    {
      name: 'jpeg.dcm',
      kind: 'dicom',
      bytes: dicomFile(
        imageModule({ rows: 50, columns: 60, frames: 2 }),
        '1.2.840.10008.1.2.4.50',
        encapsulated([0, 8 + jpeg.length + (jpeg.length % 2)], [jpeg, jpeg]),
      ),
    },
    await picture('grey.png', sharp(noise(3000), grey).png().toBuffer()),
    await picture('palette.png', sharp(noise(9000), colour).png({ palette: true }).toBuffer()),
    await picture('interlaced.png', sharp(noise(9000), colour).png({ progressive: true }).toBuffer()),
    await picture('16-bit.png', sharp(noise(3000), grey).toColourspace('grey16').png().toBuffer()),
    await picture('grey.jpg', Promise.resolve(jpeg)),
    await picture('colour.jpg', sharp(noise(9000), colour).jpeg().toBuffer()),
    await picture('progressive.jpg', sharp(noise(9000), colour).jpeg({ progressive: true }).toBuffer()),
    await picture('turned.jpg', sharp(noise(9000), colour).withMetadata({ orientation: 6 }).jpeg().toBuffer()),
  ];
}
