import { setTimeout as pause } from 'node:timers/promises'

import { Analytics } from '@segment/analytics-node'

import { SEGMENT_CONSENT as context, TRACK, TRACKS } from '../expected.mjs'

export const name = '@segment/analytics-node'

export async function send({ url, writeKey, userId, tracks = TRACKS, dripMs = 0 }) {
  const analytics = new Analytics({ writeKey, host: url, maxRetries: 10, maxEventsInBatch: 5 })
  const errors = []
  analytics.on('error', (error) => errors.push(error))
  analytics.identify({ userId, traits: { first_name: 'Ana' }, context })
  analytics.page({ userId, name: 'Home', properties: {}, context })
  for (let n = 0; n < tracks; n++) {
    analytics.track({ userId, event: TRACK, properties: { n }, context })
    if (dripMs && n % 10 === 9) await pause(dripMs)
  }
  await analytics.closeAndFlush({ timeout: 60_000 })
  if (errors.length) throw new Error(`the client gave up: ${JSON.stringify(errors)}`)
}
