using System.Diagnostics;
using MarketLoop.Analysis.Value;
using MarketLoop.Data.Importing;
using MarketLoop.Domain;
using MarketLoop.Learning.Value;

namespace MarketLoop.Analysis.Evaluation;

/// <summary>
/// Measures the models of customer value on a purchase log as Fader and Hardie do: learned from what came by a day, forecast for what came after. Time in weeks.
/// </summary>
public static class ValueEvaluator
{
    private const double DaysPerWeek = 7;
    private const int MostRepeatsShown = 7;
    private const double DiscountPerYear = 0.1;
    private const int WeeksPerYear = 52;
    private const int PeriodsPerYear = 13;

    /// <summary>Fits and forecasts. Seconds for tens of thousands of customers; the order of purchases does not matter.</summary>
    /// <param name="purchases">The log; purchases of one customer and day are one.</param>
    /// <param name="calibrateUntil">Last day that is learned from.</param>
    /// <param name="progress">Hears what is under way.</param>
    /// <param name="cancellationToken">Cancels within a second.</param>
    /// <exception cref="MarketLoopException">Nobody bought by that day, or nobody before it.</exception>
    public static ValueReport Evaluate(IReadOnlyList<DatedPurchase> purchases, DateOnly calibrateUntil, IProgress<string> progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(purchases);
        ArgumentNullException.ThrowIfNull(progress);
        long start = Stopwatch.GetTimestamp();
        DateOnly from = purchases.Count > 0 ? purchases.Min(purchase => purchase.Day) : DateOnly.MaxValue;
        if (from >= calibrateUntil)
        {
            throw new MarketLoopException($"There is no purchase before {calibrateUntil:yyyy-MM-dd} to learn from; calibrate until a later day.");
        }

        DateOnly until = purchases.Max(purchase => purchase.Day);
        List<Buyer> buyers = Gather(purchases, calibrateUntil, until);
        progress.Report($"fitting {buyers.Count:N0} customers");
        BgNbdModel frequency = BgNbdTrainer.Fit([.. buyers.Select(buyer => buyer.History)], cancellationToken);
        SpendHistory[] spends = [.. buyers.Where(buyer => buyer.MeanRepeatSpend > 0).Select(buyer => new SpendHistory(buyer.History.Repeats, buyer.MeanRepeatSpend))];
        GammaGammaModel? spend = spends.Length > 0 ? GammaGammaTrainer.Fit(spends, cancellationToken) : null;

        progress.Report("forecasting");
        List<WeekForecast> weeks = Track(buyers, frequency, from, until, cancellationToken);
        int calibrated = (calibrateUntil.DayNumber - from.DayNumber + 1) / (int)DaysPerWeek;
        return new ValueReport
        {
            Customers = buyers.Count,
            RepeatCustomers = buyers.Count(buyer => buyer.History.Repeats > 0),
            Purchases = buyers.Sum(buyer => buyer.History.Repeats + 1),
            From = from,
            CalibratedUntil = calibrateUntil,
            Until = until,
            BgNbd = FittedModel.Of(frequency.Parameters, frequency.LogLikelihood, frequency.Customers, frequency.HasConverged),
            GammaGamma = spend is null ? null : FittedModel.Of(spend.Parameters, spend.LogLikelihood, spend.Customers, spend.HasConverged),
            Calibration = [.. weeks.TakeWhile(week => week.Week <= calibrated)],
            Forecast = [.. weeks.SkipWhile(week => week.Week <= calibrated)],
            Holdout = until > calibrateUntil ? Compare(buyers, frequency, (until.DayNumber - calibrateUntil.DayNumber) / DaysPerWeek, cancellationToken) : null,
            Value = Worth(buyers, frequency, spend, cancellationToken),
            Rfm = RfmGrid.Of([.. buyers.Select(buyer => new RfmRow((buyer.History.Age - buyer.History.Recency) * DaysPerWeek, buyer.History.Repeats + 1, buyer.Spent))]).Fields,
            Notes = Notes(buyers, spend, until <= calibrateUntil),
            Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds,
        };
    }

    private static List<Buyer> Gather(IReadOnlyList<DatedPurchase> purchases, DateOnly calibrateUntil, DateOnly until)
    {
        Dictionary<string, SortedDictionary<int, decimal>> byCustomer = new(StringComparer.Ordinal);
        foreach (DatedPurchase purchase in purchases)
        {
            if (!byCustomer.TryGetValue(purchase.Customer, out SortedDictionary<int, decimal>? days))
            {
                byCustomer.Add(purchase.Customer, days = []);
            }

            days[purchase.Day.DayNumber] = days.GetValueOrDefault(purchase.Day.DayNumber) + purchase.Amount;
        }

        List<Buyer> buyers = [];
        foreach ((string _, SortedDictionary<int, decimal> days) in byCustomer.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            int first = days.Keys.First();
            if (first <= calibrateUntil.DayNumber)
            {
                buyers.Add(Buyer.Of(days, first, calibrateUntil.DayNumber, until.DayNumber));
            }
        }

        return buyers;
    }

    /// <summary>The papers' tracking plot: what the model expects of all customers by each week's end, from their first purchases alone.</summary>
    private static List<WeekForecast> Track(List<Buyer> buyers, BgNbdModel model, DateOnly from, DateOnly until, CancellationToken cancellationToken)
    {
        int days = until.DayNumber - from.DayNumber + 1;
        int[] starts = new int[days];
        int[] repeats = new int[days];
        foreach (Buyer buyer in buyers)
        {
            starts[buyer.FirstDay - from.DayNumber]++;
            foreach (int day in buyer.RepeatDays)
            {
                repeats[day - from.DayNumber]++;
            }
        }

        double[] byAge = new double[days];
        for (int age = 1; age < days; age++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            byAge[age] = model.ExpectedRepeats(age / DaysPerWeek);
        }

        List<WeekForecast> weeks = [];
        int actual = 0;
        for (int week = 1; week * (int)DaysPerWeek <= days; week++)
        {
            int end = (week * (int)DaysPerWeek) - 1;
            double expected = 0;
            for (int day = 0; day <= end; day++)
            {
                expected += starts[day] * byAge[end - day];
                actual += day > end - (int)DaysPerWeek ? repeats[day] : 0;
            }

            weeks.Add(new WeekForecast(week, expected, actual));
        }

        return weeks;
    }

    private static HoldoutError Compare(List<Buyer> buyers, BgNbdModel model, double ahead, CancellationToken cancellationToken)
    {
        double[] expected = new double[buyers.Count];
        double total = 0, absolute = 0, square = 0, baseline = 0, baselineSquare = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Buyer buyer = buyers[i];
            expected[i] = model.ExpectedPurchases(buyer.History, ahead);
            double error = expected[i] - buyer.Later;
            double sameRate = (buyer.History.Age > 0 ? buyer.History.Repeats / buyer.History.Age * ahead : 0) - buyer.Later;
            total += expected[i];
            absolute += Math.Abs(error);
            square += error * error;
            baseline += Math.Abs(sameRate);
            baselineSquare += sameRate * sameRate;
        }

        IEnumerable<RepeatGroup> groups =
            from i in Enumerable.Range(0, expected.Length)
            group i by Math.Min(buyers[i].History.Repeats, MostRepeatsShown) into same
            orderby same.Key
            select new RepeatGroup(same.Key, same.Count(), same.Average(i => expected[i]), same.Average(i => buyers[i].Later));
        int n = buyers.Count;
        return new HoldoutError(
            ahead, total, buyers.Sum(buyer => buyer.Later), absolute / n, baseline / n, Math.Sqrt(square / n), Math.Sqrt(baselineSquare / n), [.. groups]);
    }

    private static ValueSummary Worth(List<Buyer> buyers, BgNbdModel frequency, GammaGammaModel? spend, CancellationToken cancellationToken)
    {
        double discount = Math.Pow(1 + DiscountPerYear, 1.0 / PeriodsPerYear) - 1;
        double[] values = new double[buyers.Count];
        double alive = 0, perPurchase = 0;
        for (int i = 0; i < values.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Buyer buyer = buyers[i];
            double expected = spend?.ExpectedSpend(buyer.MeanRepeatSpend > 0 ? buyer.History.Repeats : 0, buyer.MeanRepeatSpend) ?? 0;
            alive += frequency.ProbabilityAlive(buyer.History);
            perPurchase += expected;
            values[i] = LifetimeValue.Of(frequency, buyer.History, expected, (double)WeeksPerYear / PeriodsPerYear, PeriodsPerYear, discount);
        }

        Array.Sort(values);
        double all = values.Sum();
        double top = values[^Math.Max(1, values.Length / 10)..].Sum();
        return new ValueSummary(alive, perPurchase / values.Length, all / values.Length, all > 0 ? top / all : 0);
    }

    private static List<string> Notes(List<Buyer> buyers, GammaGammaModel? spend, bool endsWithCalibration)
    {
        List<string> notes = [];
        if (buyers.TrueForAll(buyer => buyer.History.Repeats == 0))
        {
            notes.Add("Nobody came back by then, so nobody is expected to: what a second purchase looks like cannot be learned yet.");
        }
        else if (spend is null)
        {
            notes.Add("No repeat purchase had an amount above 0, so money is not foretold.");
        }

        if (endsWithCalibration)
        {
            notes.Add("The file ends with the calibration: there is nothing to compare a forecast with.");
        }

        return notes;
    }

    /// <summary>One customer's purchases, told apart by the end of the calibration.</summary>
    private sealed record Buyer(PurchaseHistory History, double MeanRepeatSpend, double Spent, int Later, int FirstDay, int[] RepeatDays)
    {
        public static Buyer Of(SortedDictionary<int, decimal> days, int first, int calibrated, int until)
        {
            int[] repeatDays = [.. days.Keys.Where(day => day > first && day <= until)];
            int repeats = repeatDays.Count(day => day <= calibrated);
            int last = repeats > 0 ? repeatDays[repeats - 1] : first;
            decimal again = repeatDays.Take(repeats).Sum(day => days[day]);
            return new Buyer(
                new PurchaseHistory(repeats, (last - first) / DaysPerWeek, (calibrated - first) / DaysPerWeek),
                repeats > 0 ? (double)again / repeats : 0,
                (double)(again + days[first]),
                repeatDays.Length - repeats,
                first,
                repeatDays);
        }
    }
}
