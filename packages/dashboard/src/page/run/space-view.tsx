import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { say } from '../text/screens.ts'
import type { Space } from './space.ts'
import { FIRST_CAMERA, paintSpace, turned, zoomed, type Camera } from './space-paint.ts'

/** Radians for a pixel that is dragged, and for a key. */
const [BY_PIXEL, BY_KEY] = [0.01, Math.PI / 18]
const BY_WHEEL = 1.1

/** Points or atoms, to be turned by dragging or by keys. */
export default function SpaceView({ space, title }: { readonly space: Space; readonly title: string }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null)
  const [camera, setCamera] = useState(FIRST_CAMERA)
  const [size, setSize] = useState<readonly [number, number]>([0, 0])
  useEffect(() => {
    const element = canvas.current!
    const sizes = new ResizeObserver(() => {
      const ratio = Math.min(2, devicePixelRatio)
      setSize([Math.round(element.clientWidth * ratio), Math.round(element.clientHeight * ratio)])
    })
    sizes.observe(element)
    // Only with a key: to scroll past it must be possible. The browser has to be told beforehand that it may be stopped.
    const wheel = (event: WheelEvent): void => {
      if (!event.ctrlKey && !event.metaKey) return
      event.preventDefault()
      setCamera((now) => zoomed(now, event.deltaY > 0 ? 1 / BY_WHEEL : BY_WHEEL))
    }
    element.addEventListener('wheel', wheel, { passive: false })
    return () => {
      sizes.disconnect()
      element.removeEventListener('wheel', wheel)
    }
  }, [])
  useEffect(() => {
    const [width, height] = size
    if (width === 0 || height === 0) return
    const frame = requestAnimationFrame(() => {
      const element = canvas.current!
      if (element.width !== width || element.height !== height) Object.assign(element, { width, height })
      paintSpace(element.getContext('2d')!, space, camera, width / element.clientWidth)
    })
    return () => cancelAnimationFrame(frame)
  }, [space, camera, size])
  const count = space.places.length / 3
  const what = say(space.of === 'atoms' ? 'media.atoms' : 'media.points', { n: count })
  return (
    <>
      <div
        class="space"
        tabIndex={0}
        role="application"
        aria-label={`${title}. ${what}. ${say('media.turn')}`}
        onKeyDown={(event) => {
          const next = byKey(camera, event.key)
          if (!next || event.ctrlKey || event.metaKey || event.altKey) return
          event.preventDefault()
          event.stopPropagation()
          setCamera(next)
        }}
        onPointerDown={({ currentTarget, pointerId }) => currentTarget.setPointerCapture(pointerId)}
        onPointerMove={({ currentTarget, pointerId, movementX, movementY }) => {
          if (currentTarget.hasPointerCapture(pointerId))
            setCamera((now) => turned(now, BY_PIXEL * movementX, BY_PIXEL * movementY))
        }}
      >
        <canvas ref={canvas} aria-hidden="true" />
      </div>
      <p class="quiet small">
        {what}. {say('media.turn')}
      </p>
    </>
  )
}

function byKey(camera: Camera, key: string): Camera | undefined {
  switch (key) {
    case 'ArrowLeft':
      return turned(camera, -BY_KEY, 0)
    case 'ArrowRight':
      return turned(camera, BY_KEY, 0)
    case 'ArrowUp':
      return turned(camera, 0, -BY_KEY)
    case 'ArrowDown':
      return turned(camera, 0, BY_KEY)
    case '+':
    case '=':
      return zoomed(camera, BY_WHEEL)
    case '-':
      return zoomed(camera, 1 / BY_WHEEL)
    case '0':
      return FIRST_CAMERA
    default:
      return undefined
  }
}
