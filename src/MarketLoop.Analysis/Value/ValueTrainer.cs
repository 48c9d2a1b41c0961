using System.Globalization;
using MarketLoop.Analysis.Features;
using MarketLoop.Analysis.Models;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Models;
using MarketLoop.Domain;
using MarketLoop.Learning.Value;

namespace MarketLoop.Analysis.Value;

/// <summary>Fits BG/NBD and Gamma-Gamma to a shop's orders, and measures them on the last 90 days with a fit that did not see those.</summary>
public static class ValueTrainer
{
    private const string Name = "value";
    private const int FewestRepeatCustomers = 30;

    /// <summary>Fits and measures; null with a reason while fewer than 30 customers ordered on two days.</summary>
    /// <param name="snapshot">History up to one moment.</param>
    /// <param name="book">The book of that history, standing at its end.</param>
    /// <param name="options">The time zone.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static (ValueModel? Model, ModelCard Card) Train(TrainingSnapshot snapshot, FeatureBook book, TrainingOptions options, CancellationToken cancellationToken)
    {
        OrderDays[] orders = OrdersOf(book);
        int repeat = orders.Count(each => each.Count > 1);
        if (repeat < FewestRepeatCustomers)
        {
            return (null, ModelCard.None(Name, $"{repeat} customers ordered on two days or more, {FewestRepeatCustomers} are needed"));
        }

        SortedDictionary<string, double> metrics = new(StringComparer.Ordinal) { ["customers"] = orders.Length, ["repeatCustomers"] = repeat };
        Measure(snapshot, book, options, metrics, cancellationToken);
        (BgNbdModel frequency, GammaGammaModel? spend) = Fit(orders, book.Today, cancellationToken);
        metrics["logLikelihood"] = frequency.LogLikelihood;
        SortedDictionary<string, string> parameters = new(StringComparer.Ordinal) { ["horizonDays"] = ValueModel.HorizonDays.ToString(CultureInfo.InvariantCulture) };
        foreach (ParameterEstimate estimate in frequency.Parameters.Concat(spend?.Parameters ?? []))
        {
            parameters[estimate.Name] = string.Create(CultureInfo.InvariantCulture, $"{estimate.Value:0.####}{(estimate.StandardError is { } error ? $" ({error:0.####})" : "")}");
        }

        string choice = metrics.TryGetValue("mae", out double mae)
            ? string.Create(CultureInfo.InvariantCulture, $"orders of the last {ValueModel.HorizonDays} days foretold with a mean error of {mae:0.000}, going on as before {metrics["maeOfSameRate"]:0.000}; fitted anew on everything")
            : "the only model; too little history to hold some back";
        return (new ValueModel(frequency, spend), new ModelCard(Name, "BG/NBD and Gamma-Gamma", parameters, metrics, choice));
    }

    private static OrderDays[] OrdersOf(FeatureBook book) => [.. book.Customers.Select(book.OrderDays).OfType<OrderDays>()];

    private static (BgNbdModel Frequency, GammaGammaModel? Spend) Fit(OrderDays[] orders, int today, CancellationToken cancellationToken)
    {
        BgNbdModel frequency = BgNbdTrainer.Fit([.. orders.Select(each => ValueModel.HistoryOf(each, today))], cancellationToken);
        SpendHistory[] spends = [.. orders.Where(each => ValueModel.MeanSpendOf(each) > 0).Select(each => new SpendHistory(each.Count - 1, ValueModel.MeanSpendOf(each)))];
        return (frequency, spends.Length > 0 ? GammaGammaTrainer.Fit(spends, cancellationToken) : null);
    }

    private static void Measure(TrainingSnapshot snapshot, FeatureBook book, TrainingOptions options, SortedDictionary<string, double> metrics, CancellationToken cancellationToken)
    {
        DateTimeOffset cut = snapshot.AsOf.AddDays(-ValueModel.HorizonDays);
        FeatureBook before = new(TimeZoneInfo.FindSystemTimeZoneById(options.TimeZone));
        foreach (Interaction interaction in snapshot.Interactions.Where(interaction => interaction.OccurredAt < cut))
        {
            before.Add(interaction);
        }

        before.AdvanceTo(cut);
        OrderDays[] known = OrdersOf(before);
        if (known.Count(each => each.Count > 1) < FewestRepeatCustomers)
        {
            return;
        }

        (BgNbdModel frequency, GammaGammaModel? spend) = Fit(known, before.Today, cancellationToken);
        ValueModel model = new(frequency, spend);
        double expected = 0, actual = 0, error = 0, errorOfSameRate = 0;
        foreach (CustomerId customer in before.Customers)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (before.OrderDays(customer) is not { } orders || book.OrderDays(customer) is not { } later)
            {
                continue;
            }

            double came = later.Count - orders.Count;
            double foretold = model.Predict(orders, before.Today).ExpectedOrders;
            double sameRate = before.Today > orders.First ? (orders.Count - 1.0) / (before.Today - orders.First) * ValueModel.HorizonDays : 0;
            (expected, actual) = (expected + foretold, actual + came);
            error += Math.Abs(foretold - came);
            errorOfSameRate += Math.Abs(sameRate - came);
        }

        metrics["mae"] = error / known.Length;
        metrics["maeOfSameRate"] = errorOfSameRate / known.Length;
        metrics["expectedOrders"] = expected;
        metrics["actualOrders"] = actual;
    }
}
