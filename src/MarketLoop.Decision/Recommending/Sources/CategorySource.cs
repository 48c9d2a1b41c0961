using MarketLoop.Analysis.Features;
using MarketLoop.Domain;

namespace MarketLoop.Decision.Recommending.Sources;

/// <summary>What is wanted in the categories that the customer touched last.</summary>
internal sealed class CategorySource : ICandidateSource
{
    private const int MostCategories = 3;
    private const int PerCategory = 20;

    /// <inheritdoc />
    public void Gather(ListContext context, CandidatePool pool)
    {
        Span<int> found = stackalloc int[MostCategories];
        int count = 0;
        ProductTouch[] touches = context.History.Touches;
        for (int i = 0; i < touches.Length && count < MostCategories; i++)
        {
            if (context.Shelf.PlaceOf(touches[i].Product).Category is { } category && IsNew(category, context.Shelf, touches, found[..count]))
            {
                found[count++] = i;
                IReadOnlyList<ProductId> products = context.Shelf.OfCategory(category);
                for (int p = 0; p < products.Count && p < PerCategory; p++)
                {
                    pool.Add(products[p], RecommendationSource.Category, 1.0 / (count * (p + 1)), touches[i].Product);
                }
            }
        }
    }

    private static bool IsNew(string category, Shelf shelf, ProductTouch[] touches, ReadOnlySpan<int> found)
    {
        foreach (int place in found)
        {
            if (string.Equals(shelf.PlaceOf(touches[place].Product).Category, category, StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }
}
