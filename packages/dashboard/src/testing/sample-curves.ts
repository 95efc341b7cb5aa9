import { randomOf } from './random.ts'

/** What a training of the samples is like. */
export interface Training {
  readonly lr: number
  readonly batch: number
  readonly optimizer: 'adamw' | 'sgd'
  readonly seed: number
  /** Steps that it is planned for. */
  readonly steps: number
  /** Where the loss would settle. Default: 0.55. */
  readonly floor?: number
  /** How fast it learns; 1 is usual. */
  readonly speed?: number
  /** How much the loss of validation rises above that of training towards the end; 1 is usual. */
  readonly overfit?: number
  readonly warmup?: number
  /** Steps at which the loss jumps, and comes down again. */
  readonly jumps?: readonly number[]
  /** From here on the loss grows without end: to NaN, 120 steps later. */
  readonly divergesAt?: number
}

/** Steps from the beginning of a divergence to NaN. */
export const DIVERGING = 120

/** What a training of an image classifier logs, one row a step; validation every hundredth. The same each time. */
export function* curves(training: Training): Generator<Record<string, number>, never> {
  const { lr, batch, steps, optimizer } = training
  const { floor = 0.55, speed = 1, overfit = 1, warmup = 200, jumps = [], divergesAt = Infinity } = training
  const random = randomOf(training.seed)
  const bell = (): number => random() + random() + random() + random() - 2
  let [wander, bump] = [0, 0]
  for (let step = 0; ; step++) {
    const done = Math.min(1, step / steps)
    const rate = lr * Math.min(1, (step + 1) / warmup) * (0.02 + 0.98 * (0.5 + 0.5 * Math.cos(Math.PI * done)))
    // Loss falls by a power of the steps, a little more once the learning rate does; batches differ, and drift.
    const learned = (1 + (step * speed) / 260) ** -0.62
    const settled = 0.16 * done ** 2
    wander = 0.97 * wander + 0.03 * bell()
    if (jumps.includes(step)) bump = 1.6
    bump *= 0.975
    const noise = (0.05 * bell() + 0.3 * wander) * Math.sqrt(128 / batch) * (0.45 + 0.55 * (rate / lr))
    const blown = step < divergesAt ? 0 : Math.exp((step - divergesAt) / 14) / 40
    const isGone = step >= divergesAt + DIVERGING
    const plain = floor + (4.6 - floor) * learned - settled
    const loss = isGone ? Number.NaN : plain * (1 + noise) + bump + blown
    const gap = 0.04 + 0.22 * overfit * done ** 1.5
    const accuracyOf = (of: number): number => (isGone ? 0.01 : Math.max(0.01, Math.min(0.999, Math.exp(-of * 0.62))))
    const norm = (0.55 + 2.6 * learned) * Math.exp(0.35 * bell()) + 6 * bump ** 2 + 3 * blown
    yield {
      'train/loss': loss,
      'train/accuracy': accuracyOf(loss * (1 + 0.2 * noise)),
      'train/grad_norm': isGone ? Number.POSITIVE_INFINITY : norm,
      ...(step % 100 === 0 && {
        'val/loss': plain * (1 + gap + 0.3 * noise) + bump + blown,
        'val/accuracy': accuracyOf(plain * (1 + gap + 0.3 * noise) + bump + blown),
      }),
      'optim/lr': rate,
      'optim/weight_norm': (optimizer === 'sgd' ? 31 : 24) + 9 * (1 - learned) + 0.02 * bell(),
      'perf/images_per_second': (batch / (0.06 + batch / 2_400)) * (1 + 0.03 * bell()),
      'system/gpu_memory_gb': 6.2 + batch / 44 + 0.05 * Math.sin(step / 90),
      'system/gpu_percent': 91 + 5 * bell(),
    }
  }
}
