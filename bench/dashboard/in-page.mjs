// Runs in the page before anything else there. A chart counts as drawn in the frame after the one in which it has colour.

const drawn = new Set()
const inked = []
const bench = { draws: 0, lastDraw: 0, inked, frames: undefined }
globalThis.bench = bench

/** A canvas is wiped before it is drawn anew. */
function drawnAnew(canvas) {
  bench.draws++
  bench.lastDraw = performance.now()
  drawn.add(canvas)
}

const { clearRect } = Object.getOwnPropertyDescriptors(CanvasRenderingContext2D.prototype)
Object.defineProperty(CanvasRenderingContext2D.prototype, 'clearRect', {
  ...clearRect,
  value(...area) {
    drawnAnew(this.canvas)
    return Reflect.apply(clearRect.value, this, area)
  },
})

function look(now) {
  requestAnimationFrame(look)
  bench.frames?.push(now)
  for (const canvas of drawn) {
    drawn.delete(canvas)
    if (canvas.bench || !hasInk(canvas)) continue
    canvas.bench = true
    inked.push(performance.now())
  }
}
requestAnimationFrame(look)

/** Grid and text are grey. */
function hasInk(canvas) {
  if (!canvas.isConnected || canvas.width === 0) return false
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
  for (let at = 0; at < data.length; at += 4) if (Math.abs(data[at] - data[at + 2]) > 40) return true
  return false
}

/** When one of some elements was first seen to have a size; undefined until then. Shadow roots are looked into. */
bench.firstOf = (selector) => {
  if (bench.found === undefined && within(document, selector).some((one) => one.getBoundingClientRect().width > 100))
    bench.found = performance.now()
  return bench.found
}

function within(root, selector) {
  const hosts = [...root.querySelectorAll('*')].filter(({ shadowRoot }) => shadowRoot)
  return [...root.querySelectorAll(selector), ...hosts.flatMap(({ shadowRoot }) => within(shadowRoot, selector))]
}

/** Shows another view, and answers after how many milliseconds the last chart was drawn anew. */
bench.show = async (query, charts) => {
  const start = performance.now()
  const before = bench.draws
  history.pushState(null, '', query)
  dispatchEvent(new PopStateEvent('popstate'))
  while (bench.draws < before + charts || performance.now() - bench.lastDraw < 400) await pause(20)
  return bench.lastDraw - start
}

/** Presses a button, and answers after how many milliseconds its effect has been painted. */
bench.press = async (selector) => {
  const button = document.querySelector(selector)
  const start = performance.now()
  button.click()
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)))
  return performance.now() - start
}

/** Calls back in the first frame in which a picture is another. @returns what answers when that was, since 1970. */
bench.change = (canvas) => {
  const before = pictureOf(canvas)
  return new Promise((resolve) => {
    const compare = () => {
      if (pictureOf(canvas) !== before) resolve(performance.timeOrigin + performance.now())
      else requestAnimationFrame(compare)
    }
    requestAnimationFrame(compare)
  })
}

function pictureOf(canvas) {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
  const numbers = new Uint32Array(data.buffer)
  let hash = 0
  for (let at = 0; at < numbers.length; at++) hash = (Math.imul(hash, 31) + numbers[at]) | 0
  return hash
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
