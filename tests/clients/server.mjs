// The real program, on a port that stays the same over restarts, so that clients find it again.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'

const SECRET_KEY = 'sk_test_0123456789abcdefghjkmnpqrstvwxyz'
const PAGE = 1000
// What Segment's classic snippet loads from the program.
const SNIPPET_SCRIPT = fileURLToPath(
  new URL('node_modules/@segment/analytics-next/dist/umd/standalone.js', import.meta.url),
)

export class Server {
  writeKey = 'pk_test_0123456789abcdefghjkmnpqrstvwxyz'
  log = []
  #child

  static async start(binary) {
    const server = new Server()
    server.binary = binary
    server.folder = await mkdtemp(join(tmpdir(), 'prevenance-clients-'))
    server.port = await freePort()
    server.url = `http://127.0.0.1:${server.port}`
    await server.startAgain()
    return server
  }

  // Starts on the same folder and port, and waits until the program says that it listens.
  async startAgain() {
    this.#child = spawn(
      this.binary,
      [
        'serve', '--listen', `127.0.0.1:${this.port}`, '--data', join(this.folder, 'data'),
        '--bootstrap-secret-key', SECRET_KEY, '--bootstrap-write-key', this.writeKey,
      ],
      { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, PREVENANCE__COLLECT__ANALYTICS_JS: SNIPPET_SCRIPT } },
    )
    // Nothing is left running, however the tests end.
    const child = this.#child
    const end = () => child.kill('SIGKILL')
    process.once('exit', end)
    child.once('exit', () => process.off('exit', end))
    this.#child.stderr.on('data', (bytes) => this.log.push(`! ${bytes}`))
    const exited = once(this.#child, 'exit').then(([code]) => {
      throw new Error(`the program ended (${code}) before it listened:\n${this.log.join('\n')}`)
    })
    const listens = new Promise((resolve) => {
      createInterface({ input: this.#child.stdout }).on('line', (line) => {
        this.log.push(`  ${line}`)
        if (line.includes('listening on ')) resolve()
      })
    })
    exited.catch(() => {})
    await Promise.race([listens, exited])
  }

  // Ends it as a power cut would.
  async kill9() {
    const exited = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exited
  }

  async close() {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await this.kill9()
    await rm(this.folder, { recursive: true, force: true })
  }

  // Everything on a person's timeline, or nothing if there is no such person yet.
  async timeline(userId) {
    const profile = await this.#get(`/v1/profiles/user_id:${encodeURIComponent(userId)}`)
    if (!profile) return []
    const events = []
    let from = ''
    do {
      const page = await this.#get(`/v1/profiles/${profile.id}/timeline?limit=${PAGE}${from}`)
      events.push(...page.events)
      from = page.next ? `&from=${encodeURIComponent(page.next)}` : null
    } while (from)
    return events
  }

  async #get(path) {
    const authorization = `Basic ${Buffer.from(`${SECRET_KEY}:`).toString('base64')}`
    const answer = await fetch(this.url + path, { headers: { authorization } })
    if (answer.status === 404) return null
    if (!answer.ok) throw new Error(`GET ${path}: ${answer.status} ${await answer.text()}`)
    return answer.json()
  }
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address()
  probe.close()
  await once(probe, 'close')
  return port
}
