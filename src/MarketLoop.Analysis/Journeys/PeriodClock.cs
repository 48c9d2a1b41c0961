namespace MarketLoop.Analysis.Journeys;

/// <summary>Numbers the days, weeks or months of a time zone. The zone is asked once for each day, and for each moment only on days on which clocks change and before 1970. Not thread-safe.</summary>
internal sealed class PeriodClock(TimeZoneInfo zone, RetentionUnit unit)
{
    private const int Changing = int.MinValue;
    private const int Unknown = Changing + 1;
    private const int DaysKept = 1 << 16; // 1970 to 2149; others are rare
    private static readonly int Epoch = DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;

    private readonly int[] offsets = NewOffsets(); // milliseconds by day

    /// <summary>The number of the period that a moment is in.</summary>
    public int NumberOf(long milliseconds)
    {
        long day = FloorDays(milliseconds);
        int offset = (ulong)day < DaysKept ? OffsetOf((int)day) : Changing;
        long local = milliseconds + (offset == Changing ? ExactOffset(milliseconds) : offset);
        int dayNumber = Epoch + (int)FloorDays(local);
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

    private static long FloorDays(long milliseconds) =>
        (milliseconds >= 0 ? milliseconds : milliseconds - (TimeSpan.MillisecondsPerDay - 1)) / TimeSpan.MillisecondsPerDay;

    private static int[] NewOffsets()
    {
        int[] made = new int[DaysKept];
        made.AsSpan().Fill(Unknown);
        return made;
    }

    private int OffsetOf(int day)
    {
        int offset = offsets[day];
        return offset != Unknown ? offset : offsets[day] = FindOffset(day);
    }

    private int FindOffset(int day)
    {
        int first = ExactOffset(day * TimeSpan.MillisecondsPerDay);
        int last = ExactOffset(((day + 1) * TimeSpan.MillisecondsPerDay) - 1);
        return first == last ? first : Changing;
    }

    private int ExactOffset(long milliseconds) => (int)zone.GetUtcOffset(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)).TotalMilliseconds;
}
