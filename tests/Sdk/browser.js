// Runs in a page of a shop: the SDK's own browser bundle is loaded before it. Each function ends when the calls were handed over.
const order = { order_id: 'o1', revenue: 49, currency: 'EUR', coupon: 'TEA', products: [{ product_id: 'sku-1', quantity: 2, price: 24.5 }] }

async function startSegment (host, key, isBatching) {
  const address = new URL(host)
  const [analytics] = await AnalyticsNext.AnalyticsBrowser.load(
    { writeKey: key, cdnURL: host },
    { integrations: { 'Segment.io': {
      apiHost: `${address.host}/v1`, protocol: address.protocol.slice(0, -1),
      ...(isBatching ? { deliveryStrategy: { strategy: 'batching', config: { size: 5, timeout: 500 } } } : {})
    } } })
  window.sdk = analytics
}

async function startRudder (host, key) {
  window.sdk = new rudderanalytics.RudderAnalytics()
  await new Promise(resolve => sdk.load(key, host, { configUrl: host, logLevel: 'NONE', onLoaded: resolve }))
}

function callAll () {
  sdk.page('Home')
  sdk.identify('u1', { email: 'u1@shop.example' })
  sdk.track('Order Completed', order)
  sdk.group('g1', { name: 'Tea club' })
  sdk.alias('u2')
}

function callMany (from, count) {
  for (let index = from; index < from + count; index++) sdk.track(`many-${index}`)
}
