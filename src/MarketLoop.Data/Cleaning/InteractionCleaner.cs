using System.IO.Hashing;
using System.Runtime.InteropServices;
using MarketLoop.Domain;

namespace MarketLoop.Data.Cleaning;

/// <summary>Holds the interactions of one file against the rules, in the order of the file. Not thread-safe.</summary>
internal sealed class InteractionCleaner(CleaningOptions options, string currency, DateTimeOffset now)
{
    private readonly BotWatch bots = new(options);
    private readonly OutlierWatch outliers = new(options.OutlierDeviations);

    /// <summary>The first rule that an interaction breaks; null when it is clean. Money of a known currency is turned into the shop's.</summary>
    public string? Judge(ref Interaction interaction, string? userAgent)
    {
        if (interaction.OccurredAt < options.Earliest || interaction.OccurredAt > now + options.FutureTolerance)
        {
            return RowFaults.TimeTravel;
        }

        bool isSameMoney = interaction.Currency is null || string.Equals(interaction.Currency, currency, StringComparison.OrdinalIgnoreCase);
        if (!isSameMoney && HasMoney(interaction) && !TryConvert(ref interaction))
        {
            return RowFaults.UnknownCurrency;
        }

        if (interaction.Lines.Any(line => line.Quantity > options.LargestQuantity || line.UnitPrice > options.LargestPrice || line.UnitPrice < 0))
        {
            return RowFaults.OutOfRange;
        }

        bool isOrder = interaction.Kind is InteractionKind.OrderCompleted or InteractionKind.OrderRefunded;
        if (bots.IsProgram(interaction, userAgent, countsPace: !isOrder))
        {
            return RowFaults.BotTraffic;
        }

        return isOrder && interaction.Revenue is { } worth && outliers.IsOutlier(worth) ? RowFaults.Outlier : null;
    }

    private static bool HasMoney(Interaction interaction) => interaction.Revenue is not null || interaction.Lines.Any(line => line.UnitPrice is not null);

    private bool TryConvert(ref Interaction interaction)
    {
        if (!options.ExchangeRates.TryGetValue(interaction.Currency!, out decimal rate)) // the caller looked
        {
            return !options.RefusesUnknownCurrency;
        }

        interaction = interaction with
        {
            Currency = currency,
            Revenue = Convert(interaction.Revenue, rate),
            Lines = [.. interaction.Lines.Select(line => line with { UnitPrice = Convert(line.UnitPrice, rate) })],
        };
        return true;
    }

    private static decimal? Convert(decimal? amount, decimal rate) => amount is { } known ? decimal.Round(known * rate, 4, MidpointRounding.ToEven) : null;
}

/// <summary>Knows programs by their name and by their haste: who acts too often within one minute is one for the rest of the file.</summary>
/// <remarks>Remembers the present minute of at most 200,000 customers. What a program did before it was known stays.</remarks>
internal sealed class BotWatch(CleaningOptions options)
{
    private const int MostWatched = 200_000;
    private readonly Dictionary<ulong, (long Minute, int Acts)> pace = [];
    private readonly HashSet<ulong> programs = [];

    public bool IsProgram(Interaction interaction, string? userAgent, bool countsPace)
    {
        if (userAgent is not null && options.BotWords.Any(word => userAgent.Contains(word, StringComparison.OrdinalIgnoreCase)))
        {
            return true;
        }

        if (options.MostActsPerMinute == 0 || !countsPace)
        {
            return false;
        }

        CustomerId customer = interaction.Customer;
        ulong key = XxHash3.HashToUInt64(MemoryMarshal.AsBytes(customer.Value.AsSpan()), customer.IsAnonymous ? 1 : 0); // a number is at hand where a text would have to be fetched
        if (programs.Contains(key))
        {
            return true;
        }

        long minute = interaction.OccurredAt.UtcTicks / TimeSpan.TicksPerMinute;
        if (pace.Count >= MostWatched)
        {
            pace.Clear();
        }

        ref (long Minute, int Acts) present = ref CollectionsMarshal.GetValueRefOrAddDefault(pace, key, out _);
        present = (minute, present.Minute == minute ? present.Acts + 1 : 1);
        return present.Acts > options.MostActsPerMinute && programs.Add(key);
    }
}

/// <summary>Knows amounts far above those before them, by mean and deviation of the logarithm (Welford's running sums).</summary>
internal sealed class OutlierWatch(double deviations)
{
    private const int RowsBeforeJudging = 1_000;
    private long count;
    private double mean;
    private double squares;

    public bool IsOutlier(decimal amount)
    {
        if (deviations <= 0)
        {
            return false;
        }

        double value = Math.Log(1 + (double)Math.Max(0, amount));
        if (count >= RowsBeforeJudging && value > mean + (deviations * Math.Sqrt(squares / count)))
        {
            return true;
        }

        count++;
        double step = value - mean;
        mean += step / count;
        squares += step * (value - mean);
        return false;
    }
}
