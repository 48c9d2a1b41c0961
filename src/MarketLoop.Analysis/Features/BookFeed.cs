using MarketLoop.Domain;

namespace MarketLoop.Analysis.Features;

/// <summary>Leads a book through a history in order of time: what waits in the book is one stretch of it and never the whole. Not thread-safe.</summary>
internal sealed class BookFeed
{
    private const int ActsBetweenAdvances = 10_000;
    private readonly FeatureBook book;
    private readonly IReadOnlyList<Interaction> history;
    private int next;

    /// <summary>Tells the book who signs in anywhere; nothing is counted yet.</summary>
    /// <param name="book">An empty book.</param>
    /// <param name="history">In order of time.</param>
    public BookFeed(FeatureBook book, IReadOnlyList<Interaction> history)
    {
        this.book = book;
        this.history = history;
        foreach (Interaction act in history)
        {
            book.Foresee(act);
        }
    }

    /// <summary>Counts what happened before a moment. Moments may not go back.</summary>
    public void AdvanceTo(DateTimeOffset moment)
    {
        while (next < history.Count && history[next].OccurredAt < moment)
        {
            book.Add(history[next]);
            if (++next % ActsBetweenAdvances == 0)
            {
                book.AdvanceTo(history[next - 1].OccurredAt);
            }
        }

        book.AdvanceTo(moment);
    }
}
