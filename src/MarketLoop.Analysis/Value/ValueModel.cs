using MarketLoop.Analysis.Features;
using MarketLoop.Domain;
using MarketLoop.Learning.Value;

namespace MarketLoop.Analysis.Value;

/// <summary>How often each customer will order, and for how much. Immutable, thread-safe.</summary>
public sealed class ValueModel
{
    /// <summary>Days ahead that are looked at.</summary>
    public const int HorizonDays = 90;

    internal const double DaysPerWeek = 7;

    private readonly BgNbdModel frequency;
    private readonly GammaGammaModel? spend;

    internal ValueModel(BgNbdModel frequency, GammaGammaModel? spend)
    {
        this.frequency = frequency;
        this.spend = spend;
    }

    /// <summary>Foretells one customer; time is counted in weeks, and orders of one day are one.</summary>
    /// <param name="orders">The days with orders.</param>
    /// <param name="today">Day number of today, not before the last order.</param>
    public CustomerValue Predict(OrderDays orders, int today)
    {
        PurchaseHistory history = HistoryOf(orders, today);
        double expected = frequency.ExpectedPurchases(history, HorizonDays / DaysPerWeek);
        double each = MeanSpendOf(orders) is var mean and > 0
            ? spend?.ExpectedSpend(history.Repeats, mean) ?? mean
            : spend?.PopulationMean ?? 0;
        return new CustomerValue(frequency.ProbabilityAlive(history), HorizonDays, expected, decimal.Round((decimal)(expected * each), 4));
    }

    internal static PurchaseHistory HistoryOf(OrderDays orders, int today) =>
        new(orders.Count - 1, (orders.Last - orders.First) / DaysPerWeek, (today - orders.First) / DaysPerWeek);

    internal static double MeanSpendOf(OrderDays orders) => orders.Count > 1 ? (double)orders.GrossAfterFirst / (orders.Count - 1) : 0;

    /// <summary>Writes the model; the same fit gives the same bytes.</summary>
    public void Save(Stream stream)
    {
        frequency.Save(stream);
        spend?.Save(stream);
    }

    /// <summary>Reads what <see cref="Save"/> wrote, from a stream that ends with it.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a whole model of a known version.</exception>
    public static ValueModel Load(Stream stream)
    {
        BgNbdModel first = BgNbdModel.Load(stream);
        return new ValueModel(first, stream.Position < stream.Length ? GammaGammaModel.Load(stream) : null);
    }
}
