using System.Globalization;
using MarketLoop.Analysis.Features;
using MarketLoop.Domain;

namespace MarketLoop.Analysis;

/// <summary>An insight in about 370 bytes where the record takes 1,900: what a server keeps of each customer. Immutable, thread-safe.</summary>
public sealed class PackedInsight
{
    private readonly InsightFrame frame;
    private readonly byte[] body;

    internal PackedInsight(CustomerId customer, InsightFrame frame, byte[] body)
    {
        Customer = customer;
        this.frame = frame;
        this.body = body;
    }

    /// <summary>The customer.</summary>
    public CustomerId Customer { get; }

    /// <summary>The moment it was true.</summary>
    public DateTimeOffset AsOf => frame.AsOf;

    /// <summary>Index of the segment; null before a model of them is trained.</summary>
    public int? Segment
    {
        get
        {
            using BinaryReader reader = Read();
            return InsightBody.ReadOptional(reader);
        }
    }

    /// <summary>The whole record, made anew at each call, in microseconds; equal to the one packed.</summary>
    public CustomerInsight Open()
    {
        using BinaryReader reader = Read();
        return InsightBody.Read(reader, Customer, frame);
    }

    private BinaryReader Read() => new(new MemoryStream(body, writable: false));
}

/// <summary>Packs insights; texts that many customers share are kept once. One writer at a time; what it packed may be opened by anyone meanwhile.</summary>
public sealed class InsightPacker
{
    private readonly TextIndex texts = new();
    private InsightFrame? frame;

    /// <summary>Packs one.</summary>
    public PackedInsight Pack(CustomerInsight insight)
    {
        ArgumentNullException.ThrowIfNull(insight);
        if (frame is null || frame.AsOf != insight.AsOf || frame.Models != insight.Models)
        {
            frame = new InsightFrame(insight.AsOf, insight.Models, texts);
        }

        using MemoryStream buffer = new();
        using (BinaryWriter writer = new(buffer, System.Text.Encoding.UTF8, leaveOpen: true))
        {
            InsightBody.Write(writer, insight, texts);
        }

        return new PackedInsight(insight.Customer, frame, buffer.ToArray());
    }
}

/// <summary>Packed insights as the records they stand for; each is opened when it is asked for.</summary>
internal sealed class PackedInsights(IReadOnlyList<PackedInsight> packed) : IReadOnlyList<CustomerInsight>
{
    public int Count => packed.Count;

    public CustomerInsight this[int index] => packed[index].Open();

    public IEnumerator<CustomerInsight> GetEnumerator() => packed.Select(insight => insight.Open()).GetEnumerator();

    System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>What the insights of one turn share.</summary>
internal sealed record InsightFrame(DateTimeOffset AsOf, ModelVersion? Models, TextIndex Texts);

/// <summary>The bytes of an insight: the segment, whole numbers (7 bits a byte), then the numbers and amounts that are not 0 under a mask of those that are there, then tags.</summary>
internal static class InsightBody
{
    public static void Write(BinaryWriter writer, CustomerInsight insight, TextIndex texts)
    {
        CustomerFeatures f = insight.Features;
        WriteOptional(writer, insight.Segment);
        WriteText(writer, insight.SegmentName?.English, texts);
        WriteText(writer, insight.SegmentName?.Chinese, texts);
        WriteText(writer, f.PreferredSource?.Value, texts);
        WriteText(writer, insight.Outlook?.NextCategory?.Category, texts);
        foreach (int? whole in (ReadOnlySpan<int?>)[f.PreferredHour, (int?)f.PreferredWeekday, (int?)f.PreferredChannel, (int?)f.PreferredDevice, insight.Value?.HorizonDays, insight.Outlook?.HorizonDays])
        {
            WriteOptional(writer, whole);
        }

        foreach (int count in (ReadOnlySpan<int>)[f.Orders, f.ActiveDays, f.Views, f.CartAdds, f.Searches, f.Refunds, f.Sessions, f.MailOpens, f.MailClicks])
        {
            writer.Write7BitEncodedInt(count);
        }

        WriteNumbers(writer,
        [
            Some(f.RecencyDays), Some(f.TenureDays), Some(f.IdleDays), Some(f.ViewsPerWeek), Some(f.PurchasesPerWeek), Some(f.SearchesPerWeek), Some(f.PriceLevel), Some(f.RefundShare),
            Some(f.CartAddsPerWeek), Some(f.CartRate), Some(f.CheckoutRate), Some(f.OrderRate), Some(f.CouponShare), Some(f.PromotionClickRate),
            f.MedianOrderGapDays, f.MeanOrderGapDays, f.NextOrderInDays, insight.PurchaseProbability, insight.PurchaseProbabilityIfTreated,
            insight.Value?.ProbabilityAlive, insight.Value?.ExpectedOrders, insight.Outlook?.BuysProbability, insight.Outlook?.ChurnProbability,
            insight.Outlook?.OpensMailProbability, insight.Outlook?.ReturnsProbability, insight.Outlook?.NextCategory?.Probability,
        ]);
        foreach (decimal amount in (ReadOnlySpan<decimal>)[f.Monetary, f.AverageOrderValue, insight.Value?.ExpectedRevenue ?? 0m])
        {
            WriteAmount(writer, amount);
        }

        writer.Write7BitEncodedInt(insight.Interests.Count);
        foreach (Interest interest in insight.Interests)
        {
            WriteText(writer, interest.Category, texts);
            writer.Write(interest.Weight);
        }

        writer.Write7BitEncodedInt(insight.Tags.Count);
        foreach (InterestTag tag in insight.Tags)
        {
            writer.Write((byte)tag.Kind);
            WriteText(writer, tag.Value, texts);
            writer.Write(tag.Weight);
        }
    }

    public static CustomerInsight Read(BinaryReader reader, CustomerId customer, InsightFrame frame)
    {
        int? segment = ReadOptional(reader);
        string? english = ReadText(reader, frame.Texts);
        string? chinese = ReadText(reader, frame.Texts);
        string? source = ReadText(reader, frame.Texts);
        string? category = ReadText(reader, frame.Texts);
        int?[] chosen = [.. Enumerable.Range(0, 6).Select(_ => ReadOptional(reader))];
        int[] counts = [.. Enumerable.Range(0, 9).Select(_ => reader.Read7BitEncodedInt())];
        double?[] n = ReadNumbers(reader, 26);
        decimal[] amounts = [ReadAmount(reader), ReadAmount(reader), ReadAmount(reader)];
        double At(int index) => n[index] ?? 0.0;
        CustomerFeatures features = new(
            At(0), counts[0], amounts[0], counts[1], At(1), At(2), At(3), At(4), At(5), amounts[1], At(6), At(7), chosen[0], (DayOfWeek?)chosen[1])
        {
            Views = counts[2],
            CartAdds = counts[3],
            Searches = counts[4],
            Refunds = counts[5],
            Sessions = counts[6],
            MailOpens = counts[7],
            MailClicks = counts[8],
            CartAddsPerWeek = At(8),
            CartRate = At(9),
            CheckoutRate = At(10),
            OrderRate = At(11),
            CouponShare = At(12),
            PromotionClickRate = At(13),
            MedianOrderGapDays = n[14],
            MeanOrderGapDays = n[15],
            NextOrderInDays = n[16],
            PreferredChannel = (Channel?)chosen[2],
            PreferredDevice = (DeviceKind?)chosen[3],
            PreferredSource = source is null ? null : new SourceId(source),
        };
        return new CustomerInsight
        {
            Customer = customer,
            AsOf = frame.AsOf,
            Features = features,
            Interests = [.. Enumerable.Range(0, reader.Read7BitEncodedInt()).Select(_ => new Interest(ReadText(reader, frame.Texts) ?? "", reader.ReadDouble()))],
            Tags = [.. Enumerable.Range(0, reader.Read7BitEncodedInt()).Select(_ => new InterestTag((InterestKind)reader.ReadByte(), ReadText(reader, frame.Texts) ?? "", reader.ReadDouble()))],
            Segment = segment,
            SegmentName = english is null ? null : new LocalizedText(english, chinese),
            PurchaseProbability = n[17],
            PurchaseProbabilityIfTreated = n[18],
            Value = chosen[4] is { } horizon ? new CustomerValue(At(19), horizon, At(20), amounts[2]) : null,
            Outlook = chosen[5] is { } ahead ? OutlookOf(ahead, n.AsSpan(21), category) : null,
            Models = frame.Models,
        };
    }

    private static CustomerOutlook OutlookOf(int horizonDays, ReadOnlySpan<double?> n, string? category) => new(horizonDays, n[0], n[1])
    {
        OpensMailProbability = n[2],
        ReturnsProbability = n[3],
        NextCategory = category is null ? null : new CategoryChance(category, n[4] ?? 0.0),
    };

    /// <summary>A number from 0 on, or none.</summary>
    public static int? ReadOptional(BinaryReader reader) => reader.Read7BitEncodedInt() is > 0 and int told ? told - 1 : null;

    private static void WriteOptional(BinaryWriter writer, int? value) => writer.Write7BitEncodedInt(value + 1 ?? 0);

    private static string? ReadText(BinaryReader reader, TextIndex texts) => ReadOptional(reader) is { } number ? texts[number] : null;

    private static void WriteText(BinaryWriter writer, string? text, TextIndex texts) => WriteOptional(writer, text is null ? null : texts.NumberOf(text));

    /// <summary>A number that is 0 where it says nothing.</summary>
    private static double? Some(double value) => value == 0.0 ? null : value;

    private static void WriteNumbers(BinaryWriter writer, ReadOnlySpan<double?> numbers)
    {
        int mask = 0;
        for (int i = 0; i < numbers.Length; i++)
        {
            mask |= numbers[i] is null ? 0 : 1 << i;
        }

        writer.Write(mask);
        foreach (double? number in numbers)
        {
            if (number is { } value)
            {
                writer.Write(value);
            }
        }
    }

    private static double?[] ReadNumbers(BinaryReader reader, int count)
    {
        int mask = reader.ReadInt32();
        return [.. Enumerable.Range(0, count).Select(i => (mask & (1 << i)) == 0 ? (double?)null : reader.ReadDouble())];
    }

    // As text, which is short for a price and exact for any amount.
    private static void WriteAmount(BinaryWriter writer, decimal amount) => writer.Write(amount == 0m ? "" : amount.ToString(CultureInfo.InvariantCulture));

    private static decimal ReadAmount(BinaryReader reader) => reader.ReadString() is { Length: > 0 } text ? decimal.Parse(text, CultureInfo.InvariantCulture) : 0m;
}
