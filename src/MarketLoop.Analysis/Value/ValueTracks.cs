using System.Globalization;
using MarketLoop.Analysis.Evaluation;
using MarketLoop.Data.Importing;
using MarketLoop.Data.Journeys;
using MarketLoop.Domain;
using Microsoft.Extensions.Options;

namespace MarketLoop.Analysis.Value;

/// <summary>Holds the forecast of purchases against what came in this shop: learned from the first part of its history, drawn over the rest. Thread-safe.</summary>
public sealed class ValueTracks(JourneyReader reader, IOptions<AnalysisOptions> options)
{
    private const double LearnedShare = 2.0 / 3.0;
    private const int FewestDays = 42;
    private static readonly IProgress<string> Quiet = new Silence();

    /// <summary>Learns from the first two thirds of the days with orders and foretells the last. O(orders).</summary>
    /// <returns>Null when the history is shorter than six weeks, or nobody came back in the part that is learned from.</returns>
    public async Task<ValueReport?> ReadAsync(CancellationToken cancellationToken)
    {
        List<DatedPurchase> purchases = await ReadPurchasesAsync(cancellationToken);
        if (purchases.Count == 0)
        {
            return null;
        }

        DateOnly first = purchases.Min(purchase => purchase.Day);
        int days = purchases.Max(purchase => purchase.Day).DayNumber - first.DayNumber + 1;
        if (days < FewestDays)
        {
            return null;
        }

        ValueReport report = ValueEvaluator.Evaluate(purchases, first.AddDays((int)(days * LearnedShare)), Quiet, cancellationToken);
        return report.RepeatCustomers > 0 ? report : null;
    }

    // Only days matter here: money is foretold by the model that the training fits.
    private async Task<List<DatedPurchase>> ReadPurchasesAsync(CancellationToken cancellationToken)
    {
        TimeZoneInfo zone = TimeZoneInfo.FindSystemTimeZoneById(options.Value.TimeZone ?? "UTC");
        JourneyQuery query = new([new ActFilter { Kinds = [InteractionKind.OrderCompleted] }], TimeWindow.Everything);
        List<DatedPurchase> purchases = [];
        int people = 0;
        await foreach (JourneyBatch batch in reader.ReadAsync(query, cancellationToken))
        {
            for (int person = 0; person < batch.Count; person++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                string customer = people++.ToString("D10", CultureInfo.InvariantCulture);
                foreach (JourneyAct act in batch.ActsOf(person))
                {
                    DateTimeOffset local = TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(act.Milliseconds), zone);
                    purchases.Add(new DatedPurchase(customer, DateOnly.FromDateTime(local.DateTime), 1, 0m));
                }
            }
        }

        return purchases;
    }

    private sealed class Silence : IProgress<string>
    {
        public void Report(string value)
        {
        }
    }
}
