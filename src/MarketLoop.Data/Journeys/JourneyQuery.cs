using MarketLoop.Domain;

namespace MarketLoop.Data.Journeys;

/// <summary>Which acts are meant. What is left out does not matter; without anything every act is meant.</summary>
public sealed record ActFilter
{
    /// <summary>Kinds of act; null for all.</summary>
    public IReadOnlyCollection<InteractionKind>? Kinds { get; init; }

    /// <summary>The event's name as it was sent; null for all.</summary>
    public string? Name { get; init; }

    /// <summary>Products one of which must be concerned; null for all, empty for none.</summary>
    public IReadOnlySet<ProductId>? Products { get; init; }
}

/// <summary>What is read of everybody's journeys.</summary>
/// <param name="Acts">1 to 16 kinds of act that matter; acts that are none of them are left out.</param>
/// <param name="Window">When they happened.</param>
public sealed record JourneyQuery(IReadOnlyList<ActFilter> Acts, TimeWindow Window)
{
    /// <summary>Most kinds of act.</summary>
    public const int MostActs = 16;

    /// <summary>A number for each customer, such as a segment's; null puts everybody into 0.</summary>
    public Func<CustomerId, int>? GroupOf { get; init; }
}

/// <summary>One act of a journey.</summary>
/// <param name="Packed">Milliseconds and matches in one number, so that the order of numbers is that of time, and within a millisecond that of matches.</param>
public readonly record struct JourneyAct(long Packed)
{
    private const int MatchBits = JourneyQuery.MostActs;

    /// <summary>When, in milliseconds since 1970 (UTC).</summary>
    public long Milliseconds => Packed >> MatchBits;

    /// <summary>Bit i is set when the act is one of the query's kind i.</summary>
    public int Matches => (int)(Packed & ((1 << MatchBits) - 1));

    /// <summary>The first of the query's kinds that it is.</summary>
    public int FirstMatch => System.Numerics.BitOperations.TrailingZeroCount(Matches);

    internal static JourneyAct Of(long ticks, int matches) => new((((ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMillisecond) << MatchBits) | (uint)matches);
}

/// <summary>Journeys of many people, each whole: nobody is in two batches.</summary>
public sealed class JourneyBatch
{
    private readonly JourneyAct[] acts;
    private readonly int[] starts;
    private readonly int[] groups;

    internal JourneyBatch(JourneyAct[] acts, int[] starts, int[] groups)
    {
        this.acts = acts;
        this.starts = starts;
        this.groups = groups;
    }

    /// <summary>How many people.</summary>
    public int Count => groups.Length;

    /// <summary>One person's acts by time, those of the same millisecond by their matches. At least one.</summary>
    public ReadOnlySpan<JourneyAct> ActsOf(int person) => acts.AsSpan(starts[person]..starts[person + 1]);

    /// <summary>The person's group, see <see cref="JourneyQuery.GroupOf"/>.</summary>
    public int GroupOf(int person) => groups[person];
}

/// <summary>How often an event came.</summary>
/// <param name="Name">Its name as it was sent.</param>
/// <param name="Kind">What it means.</param>
/// <param name="Count">Times.</param>
public sealed record NamedCount(string Name, InteractionKind Kind, long Count);
