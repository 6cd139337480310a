import { RUDDERSTACK_CONSENT, TRACK, TRACKS } from '../expected.mjs'

export const name = '@rudderstack/analytics-js'
const SCRIPT = '@rudderstack/analytics-js/dist/npm/modern/bundled/umd/index.js'

// `between`, if given, runs after half of the tracks, while the page stays open.
export async function send({ url, writeKey, userId, browser, between = async () => {}, arrived }) {
  const { page, close } = await browser.open([SCRIPT])
  await page.evaluate(
    async ({ url, writeKey, userId, consentManagement }) => {
      const analytics = window.rudderanalytics.RudderAnalytics ? new window.rudderanalytics.RudderAnalytics() : window.rudderanalytics
      await new Promise((resolve) =>
        analytics.load(writeKey, url, {
          configUrl: url,
          consentManagement: { enabled: true, ...consentManagement },
          sendAdblockPage: false,
          onLoaded: resolve,
        }),
      )
      analytics.identify(userId, { first_name: 'Ana' })
      analytics.page('Home')
      window.shop = analytics
    },
    { url, writeKey, userId, consentManagement: RUDDERSTACK_CONSENT.consentManagement },
  )
  const track = (from, to) =>
    page.evaluate(
      ({ TRACK, from, to }) => {
        for (let n = from; n < to; n++) window.shop.track(TRACK, { n })
      },
      { TRACK, from, to },
    )
  await track(0, TRACKS / 2)
  await between()
  await track(TRACKS / 2, TRACKS)
  await arrived()
  await close()
}
