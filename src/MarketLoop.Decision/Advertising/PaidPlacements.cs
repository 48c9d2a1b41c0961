using System.Globalization;
using MarketLoop.Data.Audiences;
using MarketLoop.Data.Catalog;
using MarketLoop.Domain;

namespace MarketLoop.Decision.Advertising;

/// <summary>Products that stand in a slot because a campaign of kind advertising pays for the place: the same for everybody, but that a campaign may name an audience; then its members alone see it. Thread-safe; reads memory only.</summary>
public sealed class PaidPlacements(ICampaignStore campaigns, ICatalogStore catalog, AudienceMembers members)
{
    private const int OnePaidIn = 4;

    /// <summary>The paid places of a slot in order of position: at most one in four, each with the first product of its campaign that may be shown.</summary>
    /// <param name="placement">The slot. A campaign names it as its position, such as <c>home</c> or <c>home:3</c> for the third place.</param>
    /// <param name="count">Places of the slot.</param>
    /// <param name="viewing">The product whose page it is, which is not shown itself.</param>
    /// <param name="customer">Who asks, when the answer may be personal; null sees only what is for everybody.</param>
    /// <param name="at">The moment; campaigns have a period.</param>
    public IReadOnlyList<PaidItem> Find(string placement, int count, ProductId? viewing, CustomerId? customer, DateTimeOffset at)
    {
        IReadOnlyList<Campaign> advertising = campaigns.Advertising;
        List<PaidItem> found = [];
        for (int i = 0; i < advertising.Count && found.Count < (count + OnePaidIn - 1) / OnePaidIn; i++)
        {
            Campaign campaign = advertising[i];
            if (campaign.IsActiveAt(at) && IsFor(campaign, customer) && FindPlace(campaign, placement) is { } wanted && FindProduct(campaign, viewing, found) is { } product)
            {
                int place = wanted;
                while (found.Exists(other => other.Position == place))
                {
                    place++;
                }

                if (place < count)
                {
                    found.Add(new PaidItem(product, campaign.Id, place));
                }
            }
        }

        return [.. found.OrderBy(item => item.Position)];
    }

    private bool IsFor(Campaign campaign, CustomerId? customer) => campaign.Audience is not { } audience || (customer is { } who && members.Contains(audience, who));

    private static int? FindPlace(Campaign campaign, string placement)
    {
        string position = campaign.Position ?? "";
        int colon = position.LastIndexOf(':');
        if (colon < 0)
        {
            return string.Equals(position, placement, StringComparison.OrdinalIgnoreCase) ? 0 : null;
        }

        return position.AsSpan(0, colon).Equals(placement, StringComparison.OrdinalIgnoreCase)
            && int.TryParse(position.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int place) && place >= 1
            ? place - 1
            : null;
    }

    private ProductId? FindProduct(Campaign campaign, ProductId? viewing, List<PaidItem> taken)
    {
        IReadOnlyDictionary<ProductId, Product> products = catalog.Current;
        foreach (ProductId id in campaign.Products)
        {
            if (id != viewing && !taken.Exists(item => item.Product == id) && products.TryGetValue(id, out Product? product) && product.IsRecommendable)
            {
                return id;
            }
        }

        return null;
    }
}

/// <summary>A paid place.</summary>
/// <param name="Product">What stands there.</param>
/// <param name="Campaign">Who pays.</param>
/// <param name="Position">Place from 0.</param>
public readonly record struct PaidItem(ProductId Product, CampaignId Campaign, int Position);
