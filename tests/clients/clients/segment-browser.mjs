import { SEGMENT_CONSENT as context, TRACK, TRACKS } from '../expected.mjs'

export const name = '@segment/analytics-next'
const SCRIPT = '@segment/analytics-next/dist/umd/index.js'

// `between`, if given, runs after half of the tracks, while the page stays open.
export async function send({ url, writeKey, userId, browser, between = async () => {}, arrived }) {
  const { page, close } = await browser.open([SCRIPT])
  await page.evaluate(
    async ({ url, writeKey, userId, context }) => {
      // The page knows only where its settings are; they tell it where events go.
      const [analytics] = await window.AnalyticsNext.AnalyticsBrowser.load({ writeKey, cdnURL: url })
      window.shop = analytics
      await analytics.identify(userId, { first_name: 'Ana' }, { context })
      await analytics.page(null, 'Home', {}, { context })
    },
    { url, writeKey, userId, context },
  )
  const track = (from, to) =>
    page.evaluate(
      ({ TRACK, from, to, context }) => {
        for (let n = from; n < to; n++) window.shop.track(TRACK, { n }, { context })
      },
      { TRACK, from, to, context },
    )
  await track(0, TRACKS / 2)
  await between()
  await track(TRACKS / 2, TRACKS)
  await arrived()
  await close()
}
