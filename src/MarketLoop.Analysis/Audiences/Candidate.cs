using MarketLoop.Analysis.Features;
using MarketLoop.Analysis.Outlook;
using MarketLoop.Analysis.Response;
using MarketLoop.Analysis.Targets;
using MarketLoop.Domain;

namespace MarketLoop.Analysis.Audiences;

/// <summary>One customer while rules ask about them: what costs something is made when the first rule asks, and once.</summary>
internal sealed class Candidate(BookView view, CustomerId customer, CustomerState state, CustomerProfile? profile)
{
    private CustomerFeatures? features;
    private IReadOnlyList<Interest>? interests;
    private IReadOnlyList<InterestTag>? tags;
    private ResponsePrediction? prediction;
    private IReadOnlyList<CategoryChance>? nextCategories;

    public CustomerId Customer => customer;

    public CustomerProfile? Profile => profile;

    public DateTimeOffset AsOf => view.Book.AsOf;

    public CustomerFeatures Features => features ??= state.Compute(view.Book.AsOf, view.Prices);

    public IReadOnlyList<Interest> Interests => interests ??= InterestsBy(view.Interests);

    public LocalizedText? Segment => view.Models.Segments is { } segments ? segments.Segments[segments.Assign(Features)].Name : null;

    public ResponsePrediction? Prediction => prediction ??= view.Models.Response?.Predict(Features);

    public double? Ask(RowTarget target) => view.Models.Ask(target, Features);

    /// <summary>How probable it is that the next order, should there be one, is from a category; null without a model, and for a category that it does not tell apart.</summary>
    public double? NextOrderFrom(string category) => (nextCategories ??= view.Models.NextCategory?.Predict(Features, InterestsBy(NextCategoryModel.Interests)) ?? [])
        .FirstOrDefault(chance => string.Equals(chance.Category, category, StringComparison.OrdinalIgnoreCase))?.Probability;

    /// <summary>Share of the customer's interest of a kind that is in a tag.</summary>
    public double InterestIn(InterestKind kind, string tag) => kind == InterestKind.Category
        ? Interests.Where(i => string.Equals(i.Category, tag, StringComparison.OrdinalIgnoreCase)).Sum(i => i.Weight)
        : (tags ??= state.Tags(view.Book.Today, view.Interests, id => view.Products.GetValueOrDefault(id)?.Brand, view.Prices))
            .Where(t => t.Kind == kind && string.Equals(t.Value, tag, StringComparison.OrdinalIgnoreCase)).Sum(t => t.Weight);

    /// <summary>Times the customer did what a rule asks about.</summary>
    public int Count(ActRule rule)
    {
        int fromDay = rule.WithinDays is { } days ? view.Book.Today - days + 1 : 0;
        if (rule.Act == AudienceAct.Search)
        {
            return rule.WithinDays is null && rule.Term is null ? state.Tally.Searches : state.CountSearches(fromDay, ActNotes.NormaliseTerm(rule.Term));
        }

        if ((rule.Product ?? rule.Category ?? rule.Brand) is null)
        {
            int ever = rule.Act switch
            {
                AudienceAct.Order => CountOrders(fromDay),
                AudienceAct.View when rule.WithinDays is null => state.Tally.Views,
                AudienceAct.Cart when rule.WithinDays is null => state.Tally.Adds,
                _ => -1,
            };
            if (ever >= 0)
            {
                return ever;
            }
        }

        (int views, int adds, int purchases) = state.CountTouches(fromDay, id => IsMeant(id, rule));
        return rule.Act switch
        {
            AudienceAct.View => views,
            AudienceAct.Cart => adds,
            _ => purchases,
        };
    }

    private IReadOnlyList<Interest> InterestsBy(InterestOptions options) => state.Interests(view.Book.Today, options, id => view.Products.GetValueOrDefault(id)?.Category);

    private int CountOrders(int fromDay)
    {
        ReadOnlySpan<long> orders = state.Tally.OrderTicks;
        int count = 0;
        while (count < orders.Length && view.Book.DayOf(orders[orders.Length - 1 - count]) >= fromDay)
        {
            count++;
        }

        return count;
    }

    private bool IsMeant(ProductId id, ActRule rule)
    {
        if (rule.Product is not null && !string.Equals(id.Value, rule.Product, StringComparison.Ordinal))
        {
            return false;
        }

        Product? product = rule.Category is null && rule.Brand is null ? null : view.Products.GetValueOrDefault(id);
        return (rule.Brand is null || string.Equals(product?.Brand, rule.Brand, StringComparison.OrdinalIgnoreCase))
            && (rule.Category is null || IsWithin(product?.Category, rule.Category));
    }

    private static bool IsWithin(string? category, string wanted) =>
        category is not null && category.StartsWith(wanted, StringComparison.OrdinalIgnoreCase)
        && (category.Length == wanted.Length || category.AsSpan(wanted.Length).TrimStart().StartsWith(">", StringComparison.Ordinal));
}
