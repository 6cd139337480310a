// What every client sends: one identify, one page, and tracks numbered from 0, all with consent to be kept.

export const TRACK = 'Product Viewed'
export const TRACKS = 20

// Consent as Segment's clients carry it; RudderStack's and Jitsu's own forms are in their scripts.
export const SEGMENT_CONSENT = { consent: { categoryPreferences: { site: true, measurement: true } } }
export const RUDDERSTACK_CONSENT = {
  consentManagement: { provider: 'custom', allowedConsentIds: ['site', 'measurement'], deniedConsentIds: [] },
}

// Compares a timeline with what was sent. Returns what is wrong, one sentence each; nothing if all is there once.
export function problems(timeline, { tracks = TRACKS, pages = 1, identifies = 1 } = {}) {
  const wrong = []
  const count = (what, is, want) => is === want || wrong.push(`${what}: ${is} instead of ${want}`)
  for (let n = 0; n < tracks; n++) {
    const same = timeline.filter(
      (event) => event.type === 'track' && event.event === TRACK && Number(event.properties?.n) === n,
    )
    count(`track ${n}`, same.length, 1)
  }
  count('tracks', timeline.filter((event) => event.type === 'track').length, tracks)
  count('pages', timeline.filter((event) => event.type === 'page').length, pages)
  count('identifies', timeline.filter((event) => event.type === 'identify').length, identifies)
  return wrong
}
