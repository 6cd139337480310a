import snippet from '@segment/snippet'

import { SEGMENT_CONSENT as context, TRACK, TRACKS } from '../expected.mjs'

export const name = 'the classic snippet of Segment'

// As a shop has it on its pages: the snippet alone, with our address in the place of Segment's.
export async function send({ url, writeKey, userId, browser, arrived }) {
  const { page, close } = await browser.open([])
  const { host, origin } = new URL(url)
  const options = { apiKey: writeKey, host, useHostForBundles: true, page: false }
  // The snippet knows only https, which this test does without.
  const content = snippet.min(options).replaceAll(`https://${host}`, origin)
  const asked = []
  page.on('response', (response) => asked.push(`${response.status()} ${response.url()}`))
  await page.addScriptTag({ content })
  // Nothing is loaded yet: the snippet itself keeps these.
  await page.evaluate(
    ({ userId, context, TRACK, TRACKS }) => {
      window.analytics.identify(userId, { first_name: 'Ana' }, { context })
      window.analytics.page(null, 'Home', {}, { context })
      for (let n = 0; n < TRACKS; n++) window.analytics.track(TRACK, { n }, { context })
    },
    { userId, context, TRACK, TRACKS },
  )
  await arrived()
  // What watches links is a part that the script loads when it is first wanted.
  await page.evaluate(() => window.analytics.trackLink(document.createElement('a'), 'Never Clicked'))
  const strange = asked.filter((answer) => !answer.startsWith(`200 ${origin}/`))
  if (strange.length) throw new Error(`asked elsewhere, or in vain: ${strange.join('; ')}`)
  for (const path of [`/analytics.js/v1/${writeKey}/analytics.min.js`, '/analytics-next/bundles/auto-track.bundle.']) {
    if (!asked.some((answer) => answer.includes(path))) throw new Error(`${path} was not asked for`)
  }
  await close()
}
