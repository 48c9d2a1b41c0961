namespace MarketLoop.Decision.Recommending.Stages;

/// <summary>Mixes the front of a list: maximal marginal relevance, value = score - weight x likeness to the most alike product chosen before.</summary>
/// <remarks>
/// Carbonell and Goldstein, SIGIR 1998, with the score in place of their weighted relevance, so that what diversity costs can be read beside the other parts.
/// Likeness is half for the same category and half for the same brand. Always the same number of candidates is mixed, so that pages stay disjoint. O(front^2).
/// </remarks>
internal static class DiversityStage
{
    private const int Front = 60;

    public static void Apply(Candidate[] ranked, double weight)
    {
        int front = weight > 0 ? Math.Min(Front, ranked.Length) : 0;
        Span<float> likeness = stackalloc float[front];
        for (int place = 0; place < front; place++)
        {
            int best = place;
            double bestValue = double.NegativeInfinity;
            for (int i = place; i < front; i++)
            {
                double value = ranked[i].Score - (weight * likeness[i]);
                if (value > bestValue)
                {
                    best = i;
                    bestValue = value;
                }
            }

            // Moved and not swapped: equals stay in the order of their scores.
            Candidate chosen = ranked[best];
            float alike = likeness[best];
            Array.Copy(ranked, place, ranked, place + 1, best - place);
            likeness[place..best].CopyTo(likeness[(place + 1)..]);
            ranked[place] = chosen;
            chosen.Set(ScoreSlot.Diversity, -weight * alike);
            for (int i = place + 1; i < front; i++)
            {
                likeness[i] = Math.Max(likeness[i], Likeness(chosen.Place, ranked[i].Place));
            }
        }
    }

    private static float Likeness(in ShelfPlace a, in ShelfPlace b) =>
        (a.Category is not null && string.Equals(a.Category, b.Category, StringComparison.Ordinal) ? 0.5f : 0)
        + (a.Brand is not null && string.Equals(a.Brand, b.Brand, StringComparison.Ordinal) ? 0.5f : 0);
}
