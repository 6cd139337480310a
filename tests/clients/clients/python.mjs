// The Python clients, each run by the script of its name.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { RUDDERSTACK_CONSENT, SEGMENT_CONSENT, TRACK, TRACKS } from '../expected.mjs'

const OWN = fileURLToPath(new URL('../.venv/bin/python', import.meta.url))
const PYTHON = process.env.PREVENANCE_PYTHON ?? (existsSync(OWN) ? OWN : 'python3')

export const segment = { name: 'segment-analytics-python', send: runner('segment_python.py', SEGMENT_CONSENT) }
export const segmentGzip = {
  name: 'segment-analytics-python, gzip',
  send: runner('segment_python.py', SEGMENT_CONSENT, { GZIP: '1' }),
}
export const rudderstack = { name: 'rudder-sdk-python', send: runner('rudderstack_python.py', RUDDERSTACK_CONSENT) }

function runner(script, context, extra = {}) {
  return async ({ url, writeKey, userId, tracks = TRACKS, dripMs = 0 }) => {
    const path = fileURLToPath(new URL(script, import.meta.url))
    const env = {
      ...process.env, ...extra,
      URL: url, WRITE_KEY: writeKey, USER_ID: userId, TRACK, TRACKS: String(tracks), DRIP_MS: String(dripMs),
      CONTEXT: JSON.stringify(context),
    }
    const child = spawn(PYTHON, [path], { env, stdio: ['ignore', 'inherit', 'pipe'] })
    let complaints = ''
    child.stderr.on('data', (bytes) => (complaints += bytes))
    const [code] = await once(child, 'exit')
    if (code !== 0) throw new Error(`${script}: ${code}\n${complaints}`)
  }
}
