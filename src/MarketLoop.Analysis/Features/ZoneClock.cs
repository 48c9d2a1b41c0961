namespace MarketLoop.Analysis.Features;

/// <summary>The shop's local time, quickly: a zone's offset is looked up once for each day, and for each act only on the days on which it changes. Not thread-safe.</summary>
internal sealed class ZoneClock(TimeZoneInfo zone)
{
    private const long Unknown = long.MinValue;
    private const long Changes = long.MaxValue;
    private readonly List<long> offsets = [];
    private int firstDay;

    /// <summary>Local ticks of a moment in UTC.</summary>
    public long ToLocal(long utcTicks)
    {
        long offset = OffsetOf((int)(utcTicks / TimeSpan.TicksPerDay));
        return offset == Changes ? Exactly(utcTicks) : utcTicks + offset;
    }

    /// <summary>Day number in the zone.</summary>
    public int DayOf(long utcTicks) => (int)(ToLocal(utcTicks) / TimeSpan.TicksPerDay);

    private long OffsetOf(int day)
    {
        if (offsets.Count == 0)
        {
            firstDay = day;
        }

        if (day < firstDay)
        {
            offsets.InsertRange(0, Enumerable.Repeat(Unknown, firstDay - day));
            firstDay = day;
        }

        while (offsets.Count <= day - firstDay)
        {
            offsets.Add(Unknown);
        }

        if (offsets[day - firstDay] == Unknown)
        {
            offsets[day - firstDay] = LookUp(day);
        }

        return offsets[day - firstDay];
    }

    // A zone may change twice in a day, but never there and back within an hour.
    private long LookUp(int day)
    {
        long start = day * TimeSpan.TicksPerDay;
        long offset = Exactly(start) - start;
        for (int hour = 1; hour <= 24; hour++)
        {
            long at = Math.Min(start + (hour * TimeSpan.TicksPerHour), DateTime.MaxValue.Ticks);
            if (Exactly(at) - at != offset)
            {
                return Changes;
            }
        }

        bool isAtAnEdge = start + offset < 0 || start + TimeSpan.TicksPerDay + offset > DateTime.MaxValue.Ticks;
        return isAtAnEdge ? Changes : offset;
    }

    private long Exactly(long utcTicks) => TimeZoneInfo.ConvertTime(new DateTimeOffset(utcTicks, TimeSpan.Zero), zone).Ticks;
}
