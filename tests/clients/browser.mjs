// Debian's Chromium on a page of another origin than the program's, as a shop's page is.

import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { chromium } from 'playwright-core'

const FLAGS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
]

export class Browser {
  static async start() {
    const browser = new Browser()
    const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'
    browser.chromium = await chromium.launch({ executablePath, args: FLAGS })
    return browser
  }

  // Serves a page with the scripts (paths below node_modules) and opens it in a fresh profile.
  async open(scripts) {
    const tags = scripts.map((script) => {
      const kind = script.endsWith('.es.js') ? ' type="module"' : ''
      return kind ? '' : `<script src="/${script}"></script>`
    })
    const shop = createServer(async (request, response) => {
      const path = new URL(request.url, 'http://shop').pathname.slice(1)
      if (!scripts.includes(path)) {
        response.writeHead(200, { 'content-type': 'text/html' })
        response.end(`<!doctype html><title>Shop</title>${tags.join('')}`)
        return
      }
      response.writeHead(200, { 'content-type': 'text/javascript' })
      response.end(await readFile(new URL(`node_modules/${path}`, import.meta.url)))
    }).listen(0, '127.0.0.1')
    await once(shop, 'listening')
    const context = await this.chromium.newContext()
    const page = await context.newPage()
    const errors = []
    page.on('pageerror', (error) => errors.push(String(error)))
    await page.goto(`http://localhost:${shop.address().port}/`)
    const close = async () => {
      await context.close()
      shop.close()
      if (errors.length) throw new Error(`errors on the page: ${errors.join('; ')}`)
    }
    return { page, close }
  }

  async close() {
    await this.chromium.close()
  }
}
