using System.Globalization;
using MarketLoop.Analysis.Models;
using MarketLoop.Analysis.Response;
using MarketLoop.Analysis.Targets;
using MarketLoop.Data.EventLog;

namespace MarketLoop.Analysis.Outlook;

/// <summary>Rows of a target, parted by time: whoever is fitted on the earlier ones is judged on the later ones, and no label overlaps.</summary>
/// <param name="Rows">All of them.</param>
/// <param name="Asked">How they were taken.</param>
/// <param name="Known">Places of those before the held-out part, by whole horizons.</param>
/// <param name="HeldOut">Places of those of the last quarter of the moments.</param>
/// <param name="HeldOutFrom">Its first moment.</param>
/// <param name="Moments">How many moments there are.</param>
internal sealed record OutlookRows(TargetRows Rows, TargetOptions Asked, int[] Known, int[] HeldOut, DateTimeOffset HeldOutFrom, int Moments)
{
    private const int RowsPerMoment = 1_500;
    private const int HorizonsOfActivity = 3;
    private const int DaysOfMail = 7;

    /// <summary>Places of all rows.</summary>
    public int[] All => [.. Enumerable.Range(0, Rows.Count)];

    /// <summary>Takes them from a history; at most 12,000.</summary>
    /// <returns>The rows; or what is missing for them, in words.</returns>
    public static (OutlookRows? Rows, string Missing) Gather(TrainingSnapshot snapshot, RowTarget target, TrainingOptions options, CancellationToken cancellationToken)
    {
        if (snapshot.Interactions.Count == 0)
        {
            return (null, "there are no interactions yet");
        }

        int longest = target == RowTarget.OpensMail ? Math.Min(DaysOfMail, options.OutlookDays) : options.OutlookDays; // a mail that was not opened within a week never is
        int horizonDays = ResponseTrainer.HorizonFor(snapshot, longest);
        TargetOptions asked = new() { HorizonDays = horizonDays, ActiveWithinDays = Math.Min(730, HorizonsOfActivity * horizonDays), TimeZone = options.TimeZone, MostRowsPerMoment = RowsPerMoment };
        TargetRows rows = TargetRows.Build(snapshot, target, asked, null, cancellationToken);
        DateTimeOffset[] moments = [.. rows.Moments.Distinct()];
        if (moments.Length < 2)
        {
            return (null, target == RowTarget.OpensMail ? "fewer than two mails were sent" : $"the history is shorter than three times the horizon of {horizonDays} days");
        }

        DateTimeOffset heldOutFrom = moments[^Math.Max(1, moments.Length / 4)];
        int[] all = [.. Enumerable.Range(0, rows.Count)];
        return (new OutlookRows(rows, asked, [.. all.Where(row => rows.Moments[row].AddDays(horizonDays) <= heldOutFrom)], [.. all.Where(row => rows.Moments[row] >= heldOutFrom)], heldOutFrom, moments.Length), "");
    }

    /// <summary>The values of one row.</summary>
    public float[] ValuesOf(int row) => Rows.Matrix[(row * Rows.Columns.Count)..((row + 1) * Rows.Columns.Count)];

    /// <summary>The end of a card's choice: on what was measured.</summary>
    public string MeasuredOn => $"measured on customers from {HeldOutFrom.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)} on";

    /// <summary>What a card tells of how a model was fitted.</summary>
    public SortedDictionary<string, string> Describe(string settings)
    {
        SortedDictionary<string, string> parameters = new(StringComparer.Ordinal)
        {
            ["horizonDays"] = Asked.HorizonDays.ToString(CultureInfo.InvariantCulture),
            ["cutDates"] = Moments.ToString(CultureInfo.InvariantCulture),
            ["settings"] = settings,
        };
        if (Rows.Target.AsksRecentBuyers())
        {
            parameters["activeWithinDays"] = Asked.ActiveWithinDays.ToString(CultureInfo.InvariantCulture);
        }

        return parameters;
    }
}
