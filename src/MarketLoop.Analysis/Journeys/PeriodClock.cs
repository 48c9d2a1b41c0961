namespace MarketLoop.Analysis.Journeys;

/// <summary>Numbers the days, weeks or months of a time zone. The zone is asked once for each day, and for each moment only on days on which clocks change. Not thread-safe.</summary>
internal sealed class PeriodClock(TimeZoneInfo zone, RetentionUnit unit)
{
    private const int Changing = int.MinValue;
    private static readonly int Epoch = DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;

    private readonly Dictionary<int, int> offsets = []; // milliseconds by day
    private int lastDay = int.MinValue;
    private int lastOffset;

    /// <summary>The number of the period that a moment is in.</summary>
    public int NumberOf(long milliseconds)
    {
        int day = (int)Math.Floor((double)milliseconds / TimeSpan.MillisecondsPerDay);
        if (day != lastDay)
        {
            (lastDay, lastOffset) = (day, OffsetOf(day));
        }

        long local = milliseconds + (lastOffset == Changing ? ExactOffset(milliseconds) : lastOffset);
        int dayNumber = Epoch + (int)Math.Floor((double)local / TimeSpan.MillisecondsPerDay);
        return unit switch
        {
            RetentionUnit.Day => dayNumber,
            RetentionUnit.Week => dayNumber / 7, // day 0 was a Monday
            _ => MonthOf(DateOnly.FromDayNumber(dayNumber)),
        };
    }

    /// <summary>The first day of a period.</summary>
    public DateOnly StartOf(int number) => unit switch
    {
        RetentionUnit.Day => DateOnly.FromDayNumber(number),
        RetentionUnit.Week => DateOnly.FromDayNumber(number * 7),
        _ => new DateOnly(number / 12, (number % 12) + 1, 1),
    };

    private static int MonthOf(DateOnly day) => (day.Year * 12) + day.Month - 1;

    private int OffsetOf(int day)
    {
        if (!offsets.TryGetValue(day, out int offset))
        {
            int first = ExactOffset(day * TimeSpan.MillisecondsPerDay);
            int last = ExactOffset(((day + 1) * TimeSpan.MillisecondsPerDay) - 1);
            offsets[day] = offset = first == last ? first : Changing;
        }

        return offset;
    }

    private int ExactOffset(long milliseconds) => (int)zone.GetUtcOffset(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)).TotalMilliseconds;
}
