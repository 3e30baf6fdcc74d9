import dcmjs from 'dcmjs';
import type { UltrasoundImage } from './ultrasound-image';

const { DicomDict, DicomMetaDictionary } = dcmjs.data;

const ULTRASOUND_IMAGE_STORAGE = '1.2.840.10008.5.1.4.1.1.6.1';
const EXPLICIT_VR_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';

export interface SampleStudy {
  readonly patientId: string;
  readonly patientName: string;
  readonly sex: 'F' | 'M';
  readonly age: number;
  /** DICOM DA, YYYYMMDD. */
  readonly date: string;
  readonly manufacturerModel: string;
  readonly studyUid: string;
  readonly seriesUid: string;
}

/**
 * Encodes one ultrasound frame as a DICOM Part 10 file: US Image Storage, MONOCHROME2, 8 bit, with its tissue region as
 * a Sequence of Ultrasound Regions (PS3.3 C.8.5.5) and Burned In Annotation NO.
 */
export function sampleDicom(
  image: UltrasoundImage,
  study: SampleStudy,
  instance: number,
  instanceUid: string,
): Uint8Array {
  const meta = DicomMetaDictionary.denaturalizeDataset({
    _meta: {},
    FileMetaInformationVersion: new Uint8Array([0, 1]).buffer,
    MediaStorageSOPClassUID: ULTRASOUND_IMAGE_STORAGE,
    MediaStorageSOPInstanceUID: instanceUid,
    TransferSyntaxUID: EXPLICIT_VR_LITTLE_ENDIAN,
    ImplementationClassUID: '2.25.302817263549817265',
    ImplementationVersionName: 'FOVEA_SAMPLE',
  });
  const pixels = new Uint8Array(image.pixels.length + (image.pixels.length % 2));
  pixels.set(image.pixels);
  const file = new DicomDict(meta);
  file.dict = DicomMetaDictionary.denaturalizeDataset({
    _vrMap: { PixelData: 'OB' },
    SpecificCharacterSet: 'ISO_IR 192',
    ImageType: ['DERIVED', 'PRIMARY'],
    SOPClassUID: ULTRASOUND_IMAGE_STORAGE,
    SOPInstanceUID: instanceUid,
    StudyDate: study.date,
    ContentDate: study.date,
    AccessionNumber: '',
    Modality: 'US',
    Manufacturer: 'Fovea sample generator',
    ManufacturerModelName: study.manufacturerModel,
    StudyDescription: 'Synthetic breast ultrasound',
    PatientName: study.patientName,
    PatientID: study.patientId,
    PatientBirthDate: '',
    PatientSex: study.sex,
    PatientAge: `${String(study.age).padStart(3, '0')}Y`,
    BodyPartExamined: 'BREAST',
    StudyInstanceUID: study.studyUid,
    SeriesInstanceUID: study.seriesUid,
    StudyID: '1',
    SeriesNumber: 1,
    InstanceNumber: instance,
    SequenceOfUltrasoundRegions: [
      {
        RegionSpatialFormat: 1,
        RegionDataType: 1,
        RegionFlags: 0,
        RegionLocationMinX0: 0,
        RegionLocationMinY0: 0,
        RegionLocationMaxX1: image.width - 1,
        RegionLocationMaxY1: image.height - 1,
        PhysicalUnitsXDirection: 3,
        PhysicalUnitsYDirection: 3,
        PhysicalDeltaX: 0.02,
        PhysicalDeltaY: 0.02,
      },
    ],
    SamplesPerPixel: 1,
    PhotometricInterpretation: 'MONOCHROME2',
    Rows: image.height,
    Columns: image.width,
    BitsAllocated: 8,
    BitsStored: 8,
    HighBit: 7,
    PixelRepresentation: 0,
    BurnedInAnnotation: 'NO',
    LossyImageCompression: '00',
    PixelData: pixels.buffer,
  });
  return new Uint8Array(file.write());
}
