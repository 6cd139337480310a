import { SEGMENT_CONSENT, TRACK, TRACKS } from '../expected.mjs'

export const name = '@jitsu/js'
const SCRIPT = '@jitsu/js/dist/jitsu.es.js'

export async function send({ url, writeKey, userId, browser, arrived }) {
  const { page, close } = await browser.open([SCRIPT])
  await page.evaluate(
    async ({ url, writeKey, userId, consentCategories, SCRIPT, TRACK, TRACKS }) => {
      const { jitsuAnalytics } = await import(`/${SCRIPT}`)
      // Jitsu's keys are `id:secret`, and it refuses others; ours is the id, and the secret says nothing.
      const analytics = jitsuAnalytics({ host: url, writeKey: `${writeKey}:public`, privacy: { consentCategories } })
      await analytics.identify(userId, { first_name: 'Ana' })
      await analytics.page({ name: 'Home' })
      for (let n = 0; n < TRACKS; n++) await analytics.track(TRACK, { n })
    },
    { url, writeKey, userId, consentCategories: SEGMENT_CONSENT.consent.categoryPreferences, SCRIPT, TRACK, TRACKS },
  )
  await arrived()
  await close()
}
