import type { Problem } from '../scalar.ts'
import { Media, type MediaContent, type MediaOptions } from './media.ts'
import { bytesOf, type MediaSource } from './source.ts'

/**
 * A molecule in the format of the Protein Data Bank. Source: `swanlab.Molecule`, which converts SDF, MOL and SMILES with
 * RDKit.
 */
export class Molecule extends Media {
  readonly kind = 'molecule'
  readonly #source: MediaSource

  /** @param source - Path, `file:` URL or bytes of a PDB file. */
  constructor(source: MediaSource, options?: MediaOptions) {
    super(options)
    this.#source = source
  }

  /** @internal */
  override _content(): MediaContent | Problem {
    const bytes = bytesOf(this.#source)
    if ('problem' in bytes) return bytes
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
    // Names of records take six columns; a number of five digits follows without a blank.
    const isPdb = /^(?:ATOM {2}|HETATM)/m.test(text)
    return isPdb ? { bytes, extension: 'pdb' } : { problem: 'a file without an ATOM or HETATM line' }
  }
}
