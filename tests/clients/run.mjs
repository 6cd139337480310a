// Unmodified client libraries send to the real program; then every event must be on the timeline exactly once.
//
// PREVENANCE_BINARY  the program to start (required)
// CHROMIUM           the browser, default /usr/bin/chromium
// PREVENANCE_PYTHON  the Python that has the client packages, default tests/clients/.venv
// Arguments name the tests to run (parts of their names); none runs all.

import { setTimeout as pause } from 'node:timers/promises'

import { Browser } from './browser.mjs'
import * as jitsuBrowser from './clients/jitsu-browser.mjs'
import * as python from './clients/python.mjs'
import * as rudderstackBrowser from './clients/rudderstack-browser.mjs'
import * as rudderstackNode from './clients/rudderstack-node.mjs'
import * as segmentBrowser from './clients/segment-browser.mjs'
import * as segmentNode from './clients/segment-node.mjs'
import * as segmentSnippet from './clients/segment-snippet.mjs'
import { problems, TRACKS } from './expected.mjs'
import { Server } from './server.mjs'

const PATIENCE_MS = Number(process.env.PATIENCE_MS ?? 90_000)
const MANY = 300
// So often the program dies, each time after so many more events have been answered.
const KILLS = 3
const EVENTS_A_KILL = 50
// The client pauses so long after every ten events, so that it is still sending when the program dies.
const DRIP_MS = 100
const DOWN_MS = 150

const plain = (client) => ({ name: client.name, run: (world) => client.send(world) })

// The client goes on sending while the program is killed and started again: retries must lose and double nothing.
async function killedMidway(client, world) {
  const { server } = world
  let done = false
  const sending = client.send({ ...world, tracks: MANY, dripMs: DRIP_MS }).finally(() => (done = true))
  // A client that fails is heard of where it is awaited, below.
  sending.catch(() => {})
  for (let kill = 1; kill <= KILLS; kill++) {
    await until(async () => (await server.timeline(world.userId)).length >= kill * EVENTS_A_KILL || done)
    if (done) await sending
    if (done) throw new Error(`the client was done before kill ${kill}: nothing was tested`)
    await server.kill9()
    await pause(DOWN_MS)
    await server.startAgain()
  }
  await sending
}

// The page goes on while the program is down; the client keeps its queue until the program is back.
async function killedUnderPage(client, world) {
  await client.send({
    ...world,
    between: async () => {
      await world.server.kill9()
      setTimeout(() => world.server.startAgain(), 2_000)
    },
  })
}

// For a client that sends each event once and keeps no queue: what was answered must survive the kill.
async function killedBetween(client, world) {
  await client.send({
    ...world,
    between: async () => {
      await world.server.kill9()
      await world.server.startAgain()
    },
  })
}

const killed = (client, run) => ({ name: `${client.name}, kill -9`, run: (world) => run(client, world) })
const killedOften = (client) => ({ ...killed(client, killedMidway), expected: { tracks: MANY } })

const TESTS = [
  plain(segmentNode),
  plain(python.segment),
  plain(python.segmentGzip),
  plain(segmentBrowser),
  plain(segmentSnippet),
  plain(rudderstackNode),
  plain(python.rudderstack),
  plain(rudderstackBrowser),
  plain(jitsuBrowser),
  killedOften(segmentNode),
  killedOften(python.segment),
  killedOften(rudderstackNode),
  killedOften(python.rudderstack),
  killed(segmentBrowser, killedUnderPage),
  killed(rudderstackBrowser, killedUnderPage),
  killed(jitsuBrowser, killedBetween),
]

// Waits until something holds; an answer that fails meanwhile (the program is down) only means not yet.
async function until(holds, patienceMs = PATIENCE_MS) {
  const end = Date.now() + patienceMs
  while (Date.now() < end) {
    if (await holds().catch(() => false)) return true
    await pause(50)
  }
  return false
}

async function runTest(test, binary, browser) {
  const server = await Server.start(binary)
  const userId = `person of ${test.name}`
  const wrong = async () => problems(await server.timeline(userId), test.expected)
  const arrived = () => until(async () => (await wrong()).length === 0)
  try {
    await test.run({ server, url: server.url, writeKey: server.writeKey, userId, browser, arrived })
    await arrived()
    return await wrong()
  } catch (error) {
    return [error.stack ?? String(error), ...server.log]
  } finally {
    await server.close()
  }
}

const binary = process.env.PREVENANCE_BINARY
if (!binary) throw new Error('PREVENANCE_BINARY names the program to test')
const wanted = process.argv.slice(2)
const tests = TESTS.filter((test) => wanted.length === 0 || wanted.some((part) => test.name.includes(part)))
const browser = await Browser.start()
let failed = 0
for (const test of tests) {
  const begin = Date.now()
  const wrong = await runTest(test, binary, browser)
  const sent = (test.expected?.tracks ?? TRACKS) + 2
  const outcome = wrong.length ? 'FAILED' : `ok, ${sent} events, each once`
  console.log(`${test.name}: ${outcome} (${((Date.now() - begin) / 1000).toFixed(1)} s)`)
  for (const line of wrong.slice(0, 40)) console.log(`    ${line}`)
  failed += wrong.length ? 1 : 0
}
await browser.close()
console.log(`${tests.length} client tests, ${failed} failed`)
process.exit(failed ? 1 : 0)
