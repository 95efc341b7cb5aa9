/** Class scores of one flower. */
export type Scores = readonly number[]

interface Layer {
  readonly weights: Float64Array
  readonly bias: Float64Array
  readonly inputs: number
  readonly outputs: number
}

/** One flower: its measurements, and the number of its class. */
export interface Flower {
  readonly features: readonly number[]
  readonly label: number
}

/** A network with one hidden layer of tanh units and a softmax, trained by stochastic gradient descent. */
export class Classifier {
  readonly #hidden: Layer
  readonly #output: Layer

  /** @param random - Numbers from 0 to 1; the same sequence gives the same network. */
  constructor(shape: { features: number; hidden: number; classes: number }, random: () => number) {
    this.#hidden = layer(shape.features, shape.hidden, random)
    this.#output = layer(shape.hidden, shape.classes, random)
  }

  /** Probability of each class. */
  predict(features: readonly number[]): Scores {
    return softmax(forward(this.#output, forward(this.#hidden, features).map(Math.tanh)))
  }

  /** One step of gradient descent over a batch. @returns the batch's mean cross entropy and the size of the gradient. */
  train(batch: readonly Flower[], learningRate: number): { loss: number; gradient: number } {
    let loss = 0
    let gradient = 0
    for (const { features, label } of batch) {
      const hidden = forward(this.#hidden, features).map(Math.tanh)
      const scores = softmax(forward(this.#output, hidden))
      loss -= Math.log(scores[label]!) / batch.length
      const outputError = scores.map((score, i) => score - (i === label ? 1 : 0))
      const hiddenError = hidden.map((value, j) => (1 - value * value) * back(this.#output, outputError, j))
      const rate = learningRate / batch.length
      gradient += Math.hypot(...outputError) / batch.length
      descend(this.#output, hidden, outputError, rate)
      descend(this.#hidden, features, hiddenError, rate)
    }
    return { loss, gradient }
  }

  /** Share of flowers whose most probable class is their own. */
  accuracy(flowers: readonly Flower[]): number {
    const right = flowers.filter(({ features, label }) => argMax(this.predict(features)) === label)
    return right.length / flowers.length
  }
}

function layer(inputs: number, outputs: number, random: () => number): Layer {
  const scale = Math.sqrt(2 / inputs)
  const weights = Float64Array.from({ length: inputs * outputs }, () => (random() * 2 - 1) * scale)
  return { weights, bias: new Float64Array(outputs), inputs, outputs }
}

function forward({ weights, bias, inputs, outputs }: Layer, values: readonly number[]): number[] {
  return Array.from({ length: outputs }, (_, j) => {
    let sum = bias[j]!
    for (let i = 0; i < inputs; i++) sum += weights[j * inputs + i]! * values[i]!
    return sum
  })
}

function back({ weights, inputs }: Layer, errors: readonly number[], input: number): number {
  return errors.reduce((sum, error, j) => sum + error * weights[j * inputs + input]!, 0)
}

function descend(
  { weights, bias, inputs }: Layer,
  values: readonly number[],
  errors: readonly number[],
  rate: number,
): void {
  for (const [j, error] of errors.entries()) {
    bias[j] = bias[j]! - rate * error
    for (let i = 0; i < inputs; i++) weights[j * inputs + i] = weights[j * inputs + i]! - rate * error * values[i]!
  }
}

function softmax(values: readonly number[]): number[] {
  const highest = Math.max(...values)
  const powers = values.map((value) => Math.exp(value - highest))
  const sum = powers.reduce((a, b) => a + b, 0)
  return powers.map((power) => power / sum)
}

function argMax(values: readonly number[]): number {
  return values.indexOf(Math.max(...values))
}
