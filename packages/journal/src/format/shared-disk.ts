import { statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { thisProcess, type ProcessIdentity } from '../files/process-identity.ts'
import { JOURNAL_FILE } from './records.ts'

/** Types of file systems that machines share, as `statfs(2)` names them: NFS, SMB, CIFS, Ceph, 9p, FUSE, GPFS, Lustre. */
const SHARED: ReadonlySet<number> = new Set([
  0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x00c36400, 0x01021997, 0x65735546, 0x47504653, 0x0bd00bd0,
])
/** How long nothing has been written by somebody who is taken for dead there, in milliseconds. */
const SILENCE = 24 * 3_600_000

/**
 * Whether the locks of a run say nothing of whoever held them: mounted in some ways, shared disks keep locks within each
 * machine, and nothing shows it.
 */
export function locksMayBeElsewhere(dir: string, { scope }: ProcessIdentity): boolean {
  const bootOf = (text: string | undefined): string | undefined => text?.split(' ')[0]
  try {
    if (bootOf(scope) === bootOf(thisProcess().scope) || !SHARED.has(statfsSync(dir).type)) return false
    return Date.now() - statSync(join(dir, JOURNAL_FILE)).mtimeMs < SILENCE
  } catch {
    return true
  }
}
