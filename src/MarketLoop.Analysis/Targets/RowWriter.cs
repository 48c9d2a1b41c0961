using MarketLoop.Analysis.Features;
using MarketLoop.Analysis.Outlook;
using MarketLoop.Data.EventLog;
using MarketLoop.Domain;

namespace MarketLoop.Analysis.Targets;

/// <summary>Writes feature rows while one book walks through a history.</summary>
internal sealed class RowWriter
{
    private readonly TrainingSnapshot snapshot;
    private readonly TimeZoneInfo zone;
    private readonly IReadOnlyList<string> shares;
    private readonly IReadOnlyList<RowColumn> own;
    private readonly Dictionary<ProductId, string?> categoryOf;

    public RowWriter(TrainingSnapshot snapshot, TimeZoneInfo zone, IReadOnlyList<string> shares, IReadOnlyList<RowColumn> own)
    {
        this.snapshot = snapshot;
        this.zone = zone;
        this.shares = shares;
        this.own = own;
        categoryOf = snapshot.Products.ToDictionary(p => p.Id, p => p.Category);
        Columns = [.. BehaviourVector.Names, .. shares.Select(category => "interest:" + category), .. own.Select(column => column.Name)];
    }

    public IReadOnlyList<string> Columns { get; }

    /// <summary>The rows of who is asked about, row-major. In order of time.</summary>
    public float[] Write(List<RowAsked> asked, CancellationToken cancellationToken)
    {
        float[] matrix = new float[asked.Count * Columns.Count];
        if (asked.Count == 0)
        {
            return matrix;
        }

        FeatureBook book = new(zone, Resolved(asked));
        BookFeed feed = new(book, snapshot.Interactions);
        PriceScale? prices = null;
        for (int i = 0; i < asked.Count; i++)
        {
            if (i == 0 || asked[i].Moment != asked[i - 1].Moment)
            {
                cancellationToken.ThrowIfCancellationRequested();
                int priced = book.Today;
                feed.AdvanceTo(asked[i].Moment);
                prices = prices is null || priced != book.Today ? book.Products.PriceScale(snapshot.Products) : prices;
            }

            WriteOne(book, prices!, asked[i], matrix.AsSpan(i * Columns.Count, Columns.Count)); // the first row set them
        }

        return matrix;
    }

    // A mail may have gone to somebody whom the log has joined with another since.
    private HashSet<CustomerId> Resolved(List<RowAsked> asked)
    {
        HashSet<CustomerId> named = [.. asked.Select(row => row.Customer)];
        return [.. named, .. snapshot.Interactions.Where(act => named.Contains(FeatureBook.RawId(act))).Select(act => act.Customer)];
    }

    private void WriteOne(FeatureBook book, PriceScale prices, RowAsked asked, Span<float> row)
    {
        PointInTimeGuard.Check(asked.Customer, asked.Moment, book.SeenUntil(asked.Customer));
        if (book.Compute(asked.Customer, prices) is { } features)
        {
            BehaviourVector.Write(features, row);
        }

        if (shares.Count > 0)
        {
            IReadOnlyList<Interest> interests = book.Interests(asked.Customer, NextCategoryModel.Interests, id => categoryOf.GetValueOrDefault(id));
            NextCategoryModel.WriteShares(shares, interests, row[BehaviourVector.Length..]);
        }

        for (int c = 0; c < own.Count; c++)
        {
            float value = own[c].Read(snapshot, book, asked.Customer, asked.Moment);
            row[BehaviourVector.Length + shares.Count + c] = float.IsFinite(value) ? value : 0f;
        }
    }
}
