import { RUDDERSTACK_CONSENT, TRACK, TRACKS } from '../expected.mjs'

export const name = '@rudderstack/analytics-js'
const SCRIPT = '@rudderstack/analytics-js/dist/npm/modern/bundled/umd/index.js'

export async function send({ url, writeKey, userId, browser, arrived }) {
  const { page, close } = await browser.open([SCRIPT])
  await page.evaluate(
    async ({ url, writeKey, userId, consentManagement, TRACK, TRACKS }) => {
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
      for (let n = 0; n < TRACKS; n++) analytics.track(TRACK, { n })
    },
    { url, writeKey, userId, consentManagement: RUDDERSTACK_CONSENT.consentManagement, TRACK, TRACKS },
  )
  await arrived()
  await close()
}
