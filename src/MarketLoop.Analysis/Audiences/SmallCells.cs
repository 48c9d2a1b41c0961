namespace MarketLoop.Analysis.Audiences;

/// <summary>A group of customers in numbers; the numbers are null when the group is too small to be told.</summary>
/// <param name="Value">What the group has in common.</param>
/// <param name="Customers">Customers in it.</param>
/// <param name="Orders">Their orders.</param>
/// <param name="Revenue">Their net revenue.</param>
public sealed record AudienceCell(string Value, int? Customers, long? Orders, decimal? Revenue);

/// <summary>Keeps groups out of a table that are so small that its reader would learn of single customers.</summary>
internal static class SmallCells
{
    /// <summary>Hides cells below k, and further ones, smallest first, until at least two are hidden that hold at least k customers together: else the total minus the rest would give the hidden one away.</summary>
    /// <param name="cells">The whole table; its total is told beside it.</param>
    /// <param name="k">Least customers of a cell that is told.</param>
    /// <returns>The cells in the same order. When all together are fewer than k, nothing is told at all, and the total must not be either.</returns>
    public static IReadOnlyList<AudienceCell> Suppress(IReadOnlyList<AudienceCell> cells, int k)
    {
        int[] inOrder = [.. Enumerable.Range(0, cells.Count).OrderBy(i => cells[i].Value, StringComparer.Ordinal)];
        HashSet<int> hidden = [.. Hide([.. inOrder.Select(i => cells[i].Customers ?? 0)], k).Select(place => inOrder[place])];
        return [.. cells.Select((cell, i) => hidden.Contains(i) ? new AudienceCell(cell.Value, null, null, null) : cell)];
    }

    /// <summary>Places of the parts of a whole that must not be told, by the same rule; of equal ones the first.</summary>
    public static IReadOnlySet<int> Hide(IReadOnlyList<int> parts, int k)
    {
        HashSet<int> hidden = [];
        int held = 0;
        foreach (int i in Enumerable.Range(0, parts.Count).OrderBy(i => parts[i]))
        {
            bool isSmall = parts[i] < k;
            bool givesAway = hidden.Count > 0 && (hidden.Count < 2 || held < k);
            if (isSmall || givesAway)
            {
                hidden.Add(i);
                held += parts[i];
            }
        }

        return hidden;
    }

    /// <summary>A part of a group that is told beside it; null when the part, or what it leaves of the group, is too small to be told.</summary>
    public static int? Tell(int part, int of, int k) => part < k || (of - part is > 0 and var rest && rest < k) ? null : part;
}
