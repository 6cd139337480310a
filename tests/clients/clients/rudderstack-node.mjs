import { setTimeout as pause } from 'node:timers/promises'

import Analytics from '@rudderstack/rudder-sdk-node'

import { RUDDERSTACK_CONSENT as context, TRACK, TRACKS } from '../expected.mjs'

export const name = '@rudderstack/rudder-sdk-node'

export async function send({ url, writeKey, userId, tracks = TRACKS, dripMs = 0 }) {
  const errors = []
  const analytics = new Analytics(writeKey, {
    dataPlaneUrl: url,
    flushInterval: 100,
    logLevel: 'error',
    errorHandler: (error) => errors.push(String(error)),
  })
  // Its flush sends one batch only; each message's own callback says that it was answered.
  const sent = []
  const queue = (type, message) => {
    const answered = new Promise((resolve, reject) => {
      analytics[type]({ userId, context, ...message }, (error) => (error ? reject(error) : resolve()))
    })
    // One that fails is heard of where all are awaited, below.
    answered.catch(() => {})
    sent.push(answered)
  }
  queue('identify', { traits: { first_name: 'Ana' } })
  queue('page', { name: 'Home', properties: {} })
  for (let n = 0; n < tracks; n++) {
    queue('track', { event: TRACK, properties: { n } })
    if (dripMs && n % 10 === 9) await pause(dripMs)
  }
  await Promise.all(sent)
  if (errors.length) throw new Error(`the client gave up: ${errors.join('; ')}`)
}
