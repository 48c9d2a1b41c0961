namespace MarketLoop.Server.Dashboard.Actions;

/// <summary>Lines to copy into a shop.</summary>
/// <param name="Name">Key of its name.</param>
/// <param name="Text">The lines.</param>
internal sealed record Snippet(string Name, string Text);

/// <summary>What to copy where, with this server's address and, right after it was made, the key.</summary>
internal static class Snippets
{
    public static IReadOnlyList<Snippet> For(string address, string? writeKey)
    {
        string key = writeKey ?? "YOUR_WRITE_KEY";
        return
        [
            new Snippet("marketloop-js", $$"""
                <script>
                  window.marketloop = window.marketloop || function () {
                    (marketloop.q = marketloop.q || []).length < 100 && marketloop.q.push(arguments)
                  }
                  marketloop('page')
                </script>
                <script async src="{{address}}/marketloop.js" data-key="{{key}}"></script>

                <!-- what happens -->
                <script>marketloop('track', 'Product Viewed', { product_id: 'sku-1', name: 'Tea pot', price: 24.5 })</script>

                <!-- products for this place; views and clicks are reported by themselves -->
                <div data-marketloop-slot="home" data-count="6">your own choice until then</div>
                """),
            new Snippet("curl", $$"""
                curl {{address}}/v1/track -u {{key}}: -H 'Content-Type: application/json' -d '{
                  "userId": "customer-1",
                  "event": "Product Viewed",
                  "properties": { "product_id": "sku-1", "name": "Tea pot", "price": 24.5 }
                }'
                """),
            new Snippet("analytics-node", $$"""
                import { Analytics } from '@segment/analytics-node'
                const analytics = new Analytics({ writeKey: '{{key}}', host: '{{address}}' })
                analytics.track({ userId: 'customer-1', event: 'Order Completed', properties: {
                  order_id: 'o-1', revenue: 49, products: [{ product_id: 'sku-1', quantity: 2, price: 24.5 }] } })
                await analytics.closeAndFlush()
                """),
            new Snippet("analytics-js", $$"""
                import { AnalyticsBrowser } from '@segment/analytics-next'
                const analytics = AnalyticsBrowser.load(
                  { writeKey: '{{key}}', cdnURL: '{{address}}' },
                  { integrations: { 'Segment.io': { apiHost: '{{new Uri(address).Authority}}/v1', protocol: '{{new Uri(address).Scheme}}' } } })
                analytics.page()
                """),
            new Snippet("jitsu", $$"""
                import { jitsuAnalytics } from '@jitsu/js'
                const analytics = jitsuAnalytics({ host: '{{address}}', writeKey: 'shop:{{key}}' }) // this SDK wants keys of two parts
                analytics.page()
                """),
            new Snippet("slot", $$"""
                // Products for a place of the page; send the token back when it is seen and clicked.
                const answer = await (await fetch('{{address}}/api/v1/execution/slots/home?count=6&anonymousId=' + anonymousId,
                  { headers: { 'X-Write-Key': '{{key}}' } })).json()
                analytics.track('Promotion Viewed', { treatment_token: answer.token })
                """),
        ];
    }
}
