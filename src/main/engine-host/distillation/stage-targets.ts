import { recordHash } from '#shared/imaging/pipeline';
import { createRandom, shuffle } from '#shared/imaging/random';
import type { Batch } from '../../engine/train/session';
import { createTokenEncoder, type TokenEncoder } from '../../engine/train/token-encoder';
import { interpolatePositions, withImageSize } from '../../engine/vit/interpolate-positions';
import { patchCount } from '../../engine/vit/tokens';
import { type DistillationSpec, type DistillationStage, type PictureSource, stepsPerShard } from './distillation-spec';
import { normalisePlanes } from './pixels';
import { resampleGrid } from './resample-grid';
import { type FeatureStatistics, StatisticsSum, standardise } from './statistics';
import { TargetStore } from './target-store';

/** Images per run of the teacher. */
export const TEACHER_BATCH = 16;
/** Pictures of a stage begin here times its number, so that no stage repeats those of another. */
const STAGE_STRIDE = 2 ** 31;
/** Tag of the random streams that choose pictures. */
const DRAW = 0xd157;

/** The pictures of one stage with the teacher's features, computed when first needed and kept on disk. */
export class StageTargets {
  private readonly spec: DistillationSpec;
  private readonly stage: DistillationStage;
  private readonly stageIndex: number;
  private readonly source: PictureSource;
  private readonly training: TargetStore;
  private readonly heldOut: TargetStore;
  private readonly studentPatches: number;
  /** Called after each picture of a new shard; may throw to stop. */
  private readonly onPicture: () => Promise<void>;
  private teacher: TokenEncoder | null = null;
  private order: { round: number; rows: readonly number[] } | null = null;

  constructor(spec: DistillationSpec, stageIndex: number, source: PictureSource, onPicture: () => Promise<void>) {
    const stage = spec.stages[stageIndex] as DistillationStage;
    const { teacher, student, normalisation, folder } = spec;
    this.spec = spec;
    this.stage = stage;
    this.stageIndex = stageIndex;
    this.source = source;
    this.onPicture = onPicture;
    this.studentPatches = patchCount(withImageSize(student.config, stage.imageSize));
    const layout = {
      pictureBytes: 3 * stage.imageSize ** 2,
      featureCount: (1 + this.studentPatches) * teacher.config.hiddenSize,
      shardPictures: stage.shardPictures,
    };
    const key = recordHash({
      pictures: source.id,
      teacher: teacher.hash,
      normalisation,
      stageIndex,
      imageSize: stage.imageSize,
      patches: this.studentPatches,
    }).slice(0, 16);
    this.training = new TargetStore(folder, `targets-${key}-${stage.shardPictures}`, layout);
    const heldOut = { ...layout, shardPictures: spec.heldOutPictures };
    this.heldOut = new TargetStore(folder, `held-out-${key}-${spec.heldOutPictures}`, heldOut);
  }

  /** Prepares the shards that the steps of a round draw from, and deletes older ones. */
  async prepare(round: number): Promise<void> {
    const first = Math.max(0, round - this.stage.shards + 1);
    for (let shard = first; shard <= round; shard += 1) await this.compute(this.training, shard, false);
    this.training.dropBefore(first);
  }

  /** Returns the standardisation by the first shard. */
  async statistics(): Promise<FeatureStatistics> {
    await this.compute(this.training, 0, false);
    const sum = new StatisticsSum(this.spec.teacher.config.hiddenSize);
    for (let row = 0; row < this.stage.shardPictures; row += 1) sum.add(this.training.read(0, row).features);
    return sum.finish();
  }

  /** Returns the batch of a step of a round, both from 0. */
  batch(round: number, step: number, statistics: FeatureStatistics): Batch {
    const { batchSize } = this.spec;
    const rows = this.rowsOf(round).slice(step * batchSize, (step + 1) * batchSize);
    const { shardPictures } = this.stage;
    const read = rows.map((row) => this.training.read(Math.floor(row / shardPictures), row % shardPictures));
    return this.makeBatch(read, statistics);
  }

  /** Batches of held-out pictures. */
  async *heldOutBatches(statistics: FeatureStatistics): AsyncGenerator<Batch> {
    const { heldOutPictures, batchSize } = this.spec;
    if (heldOutPictures === 0) return;
    await this.compute(this.heldOut, 0, true);
    for (let start = 0; start < heldOutPictures; start += batchSize) {
      const count = Math.min(batchSize, heldOutPictures - start);
      const rows = Array.from({ length: count }, (_, row) => this.heldOut.read(0, start + row));
      yield this.makeBatch(rows, statistics);
    }
  }

  async dispose(): Promise<void> {
    await this.teacher?.dispose();
    this.teacher = null;
    this.training.close();
    this.heldOut.close();
  }

  /** Rows of all steps of a round, over shards: the window's pictures in random order, as often as needed. */
  private rowsOf(round: number): readonly number[] {
    if (this.order?.round === round) return this.order.rows;
    const { shards, shardPictures } = this.stage;
    const first = Math.max(0, round - shards + 1) * shardPictures;
    const window = Array.from({ length: (round + 1) * shardPictures - first }, (_, row) => first + row);
    const random = createRandom(DRAW, this.spec.seed, this.stageIndex, round);
    const wanted = stepsPerShard(this.spec, this.stage) * this.spec.batchSize;
    const rows: number[] = [];
    while (rows.length < wanted) rows.push(...shuffle(window, random));
    this.order = { round, rows };
    return rows;
  }

  private makeBatch(
    rows: readonly { readonly picture: Uint8Array; readonly features: Float32Array }[],
    statistics: FeatureStatistics,
  ): Batch {
    const [first] = rows;
    if (first === undefined) throw new Error('an empty batch');
    const pixels = new Float32Array(rows.length * first.picture.length);
    const features = new Float32Array(rows.length * first.features.length);
    for (const [index, row] of rows.entries()) {
      normalisePlanes(row.picture, this.spec.normalisation, pixels, index * first.picture.length);
      standardise(row.features, statistics, features, index * first.features.length);
    }
    return { pixels, features, labels: new Int32Array(0), count: rows.length };
  }

  private async compute(store: TargetStore, shard: number, heldOut: boolean): Promise<void> {
    if (store.has(shard)) return;
    const count = heldOut ? this.spec.heldOutPictures : this.stage.shardPictures;
    await store.write(shard, this.rows(shard * count, count, heldOut));
  }

  private async *rows(first: number, count: number, heldOut: boolean) {
    const { imageSize } = this.stage;
    const { teacher, normalisation } = this.spec;
    const width = teacher.config.hiddenSize;
    this.teacher ??= await this.createTeacher();
    const start = this.stageIndex * STAGE_STRIDE + first;
    for (let done = 0; done < count; done += TEACHER_BATCH) {
      const pictures = Array.from({ length: Math.min(TEACHER_BATCH, count - done) }, (_, index) =>
        this.source.picture(start + done + index, imageSize, heldOut),
      );
      const length = 3 * imageSize ** 2;
      const pixels = new Float32Array(pictures.length * length);
      for (const [index, picture] of pictures.entries())
        normalisePlanes(picture, normalisation, pixels, index * length);
      const tokens = await this.teacher.run(pixels, pictures.length);
      const tokenLength = tokens.length / pictures.length;
      for (const [index, picture] of pictures.entries()) {
        const own = tokens.slice(index * tokenLength, (index + 1) * tokenLength);
        yield { picture, features: resampleGrid(own, width, this.studentPatches) };
        await this.onPicture();
      }
    }
  }

  private createTeacher(): Promise<TokenEncoder> {
    const { teacher, device, threads } = this.spec;
    const config = withImageSize(teacher.config, this.stage.imageSize);
    const parameters = interpolatePositions(teacher.parameters, teacher.config, config);
    return createTokenEncoder({ config, parameters, device, threads, batch: TEACHER_BATCH });
  }
}
