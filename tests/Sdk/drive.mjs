// Drives one tracking SDK as a shop's code would, and says on its last line what it handed over and what the SDK reported as failed.
// Usage: node drive.mjs '{"sdk":"segment","host":"http://127.0.0.1:1","key":"mlw_...","scenario":"calls|many","events":40,"padding":0}'
import { createRequire } from 'node:module'
import { Analytics as Segment } from '@segment/analytics-node'

const require = createRequire(import.meta.url)
const wish = JSON.parse(process.argv[2])
const events = Array.from({ length: wish.events ?? 0 }, (_, index) => `many-${index}`)
const properties = wish.padding ? { note: 'x'.repeat(wish.padding) } : undefined
const failed = []
const perBatch = 5

async function segment () {
  const analytics = new Segment({ writeKey: wish.key, host: wish.host, flushAt: perBatch })
  const note = name => error => { if (error) failed.push(name) }
  if (wish.scenario === 'calls') {
    analytics.identify({ userId: 'u1', anonymousId: 'a1', traits: { email: 'u1@shop.example' } }, note('identify'))
    analytics.track({ userId: 'u1', event: 'Order Completed', properties: order }, note('Order Completed'))
    analytics.page({ userId: 'u1', name: 'Home' }, note('page'))
    analytics.screen({ userId: 'u1', name: 'Home' }, note('screen'))
    analytics.group({ userId: 'u1', groupId: 'g1', traits: { name: 'Tea club' } }, note('group'))
    analytics.alias({ userId: 'u2', previousId: 'u1' }, note('alias'))
  }
  for (const name of events) {
    analytics.track({ userId: 'u1', event: name, properties }, note(name))
  }
  await analytics.closeAndFlush({ timeout: 75_000 })
}

async function rudder () {
  const Rudder = require('@rudderstack/rudder-sdk-node')
  const analytics = new Rudder(wish.key, { dataPlaneUrl: wish.host, flushAt: perBatch, logLevel: 'silent', errorHandler: () => {}, gzip: wish.gzip ?? true })
  let open = 0
  const note = name => { open++; return error => { open--; if (error) failed.push(name) } }
  if (wish.scenario === 'calls') {
    analytics.identify({ userId: 'u1', anonymousId: 'a1', traits: { email: 'u1@shop.example' } }, note('identify'))
    analytics.track({ userId: 'u1', event: 'Order Completed', properties: order }, note('Order Completed'))
    analytics.page({ userId: 'u1', name: 'Home' }, note('page'))
    analytics.screen({ userId: 'u1', name: 'Home' }, note('screen'))
    analytics.group({ userId: 'u1', groupId: 'g1', traits: { name: 'Tea club' } }, note('group'))
    analytics.alias({ userId: 'u2', previousId: 'u1' }, note('alias'))
  }
  for (const name of events) {
    analytics.track({ userId: 'u1', event: name, properties }, note(name))
  }
  // One flush sends one batch, and a batch under way resolves before its callbacks are called.
  while (open > 0) {
    await analytics.flush().catch(() => {})
    await new Promise(resolve => setImmediate(resolve))
  }
}

async function jitsu () {
  const { jitsuAnalytics } = require('@jitsu/js')
  const complaints = []
  const analytics = jitsuAnalytics({
    host: wish.host, writeKey: `shop:${wish.key}`, s2s: wish.isServer ?? true, errorPolicy: message => complaints.push(message)
  })
  const call = async (name, act) => {
    const before = complaints.length
    await act()
    if (complaints.length > before) failed.push(name)
  }
  if (wish.scenario === 'calls') {
    await call('identify', () => analytics.identify('u1', { email: 'u1@shop.example' }))
    await call('Order Completed', () => analytics.track('Order Completed', order))
    await call('page', () => analytics.page({ name: 'Home' }))
    await call('group', () => analytics.group('g1', { name: 'Tea club' }))
  }
  for (const name of events) {
    await call(name, () => analytics.track(name, properties))
  }
}

const order = { order_id: 'o1', revenue: 49, currency: 'EUR', coupon: 'TEA', products: [{ product_id: 'sku-1', quantity: 2, price: 24.5 }] }
await { segment, rudder, jitsu }[wish.sdk]()
console.log(JSON.stringify({ accepted: events, failed }))
process.exit(0)
