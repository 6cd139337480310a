import { SEGMENT_CONSENT, TRACK, TRACKS } from '../expected.mjs'

export const name = '@jitsu/js'
const SCRIPT = '@jitsu/js/dist/jitsu.es.js'

// `between`, if given, runs after half of the tracks have been answered, while the page stays open.
export async function send({ url, writeKey, userId, browser, between = async () => {}, arrived }) {
  const { page, close } = await browser.open([SCRIPT])
  await page.evaluate(
    async ({ url, writeKey, userId, consentCategories, SCRIPT }) => {
      const { jitsuAnalytics } = await import(`/${SCRIPT}`)
      // Jitsu's keys are `id:secret`, and it refuses others; ours is the id, and the secret says nothing.
      const analytics = jitsuAnalytics({ host: url, writeKey: `${writeKey}:public`, privacy: { consentCategories } })
      await analytics.identify(userId, { first_name: 'Ana' })
      await analytics.page({ name: 'Home' })
      window.shop = analytics
    },
    { url, writeKey, userId, consentCategories: SEGMENT_CONSENT.consent.categoryPreferences, SCRIPT },
  )
  const track = (from, to) =>
    page.evaluate(
      async ({ TRACK, from, to }) => {
        for (let n = from; n < to; n++) await window.shop.track(TRACK, { n })
      },
      { TRACK, from, to },
    )
  await track(0, TRACKS / 2)
  await between()
  await track(TRACKS / 2, TRACKS)
  await arrived()
  await close()
}
