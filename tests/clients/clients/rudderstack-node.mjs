import Analytics from '@rudderstack/rudder-sdk-node'

import { RUDDERSTACK_CONSENT as context, TRACK, TRACKS } from '../expected.mjs'

export const name = '@rudderstack/rudder-sdk-node'

export async function send({ url, writeKey, userId }) {
  const errors = []
  const analytics = new Analytics(writeKey, {
    dataPlaneUrl: url,
    flushInterval: 100,
    logLevel: 'error',
    errorHandler: (error) => errors.push(String(error)),
  })
  // Its flush sends one batch only; each message's own callback says that it was answered.
  const sent = [
    (done) => analytics.identify({ userId, traits: { first_name: 'Ana' }, context }, done),
    (done) => analytics.page({ userId, name: 'Home', properties: {}, context }, done),
  ]
  for (let n = 0; n < TRACKS; n++) {
    sent.push((done) => analytics.track({ userId, event: TRACK, properties: { n }, context }, done))
  }
  await Promise.all(
    sent.map((send) => new Promise((resolve, reject) => send((error) => (error ? reject(error) : resolve())))),
  )
  if (errors.length) throw new Error(`the client gave up: ${errors.join('; ')}`)
}
