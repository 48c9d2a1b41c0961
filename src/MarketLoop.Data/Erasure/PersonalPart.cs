using System.Buffers;
using System.Text;
using MarketLoop.Data.EventLog;
using MarketLoop.Domain;

namespace MarketLoop.Data.Erasure;

/// <summary>What of a record tells who it is about: every id and every free text. The rest (kind, time, source, name, products, money) stays readable when the person is erased, so that counts and sums stand.</summary>
/// <remarks>Texts follow each other, each with its length + 2; 0 is an absent text, 1 a GUID in 16 bytes: most ids that SDKs make are GUIDs, and sealed bytes do not compress.
/// Texts that are absent at the end are not written, so a text added later goes last and reads as absent in what was written before.</remarks>
internal static class PersonalPart
{
    private const int Absent = 0;
    private const int InGuidForm = 1;
    private const int FirstLength = 2;

    /// <summary>Writes the personal part of a record.</summary>
    public static void Write(ArrayBufferWriter<byte> target, ILogRecord record)
    {
        if (record is Interaction interaction)
        {
            string customer = interaction.Customer.ToString();
            bool isUser = !interaction.Customer.IsAnonymous && string.Equals(interaction.Customer.Value, interaction.UserId, StringComparison.Ordinal);
            bool isBrowser = interaction.Customer.IsAnonymous && string.Equals(interaction.Customer.Value, interaction.AnonymousId, StringComparison.Ordinal);
            WriteText(target, isUser || isBrowser ? null : customer);
            WriteText(target, interaction.UserId);
            WriteText(target, interaction.AnonymousId);
            WriteText(target, interaction.MessageId);
            WriteText(target, interaction.SessionId);
            WriteText(target, interaction.OrderId);
            WriteText(target, interaction.SearchTerm);
            WriteText(target, interaction.TreatmentToken);
            WriteText(target, interaction.PropertiesJson);
            WriteLast(target, interaction.PreviousId, interaction.GroupId, interaction.Coupon);
            return;
        }

        WriteText(target, RecordCodec.CustomerOf(record).ToString());
        WriteText(target, RecordCodec.TreatmentOf(record)?.Value);
        WriteText(target, record is CustomerInsight ? RecordCodec.WriteText(record) : null);
    }

    /// <summary>Gives an interaction its personal part back.</summary>
    public static Interaction Restore(Interaction open, ReadOnlySpan<byte> personal)
    {
        string? customer = ReadText(ref personal);
        string? user = ReadText(ref personal);
        string? browser = ReadText(ref personal);
        return open with
        {
            UserId = user,
            AnonymousId = browser,
            Customer = customer is not null ? CustomerId.Parse(customer) : user is not null ? CustomerId.Known(user) : CustomerId.Anonymous(browser ?? ""),
            MessageId = ReadText(ref personal) ?? "",
            SessionId = ReadText(ref personal),
            OrderId = ReadText(ref personal),
            SearchTerm = ReadText(ref personal),
            TreatmentToken = ReadText(ref personal),
            PropertiesJson = ReadText(ref personal),
            PreviousId = ReadText(ref personal),
            GroupId = ReadText(ref personal),
            Coupon = ReadText(ref personal),
        };
    }

    /// <summary>Reads whom and which treatment a record other than an interaction is about, and what it says when all of it is personal.</summary>
    public static (CustomerId Customer, TreatmentId? Treatment, string? Body) ReadOwner(ReadOnlySpan<byte> personal) =>
        (CustomerId.Parse(ReadText(ref personal) ?? ""), ReadText(ref personal) is string treatment ? new TreatmentId(treatment) : null, ReadText(ref personal));

    private static void WriteLast(ArrayBufferWriter<byte> target, params ReadOnlySpan<string?> texts)
    {
        while (!texts.IsEmpty && texts[^1] is null)
        {
            texts = texts[..^1];
        }

        foreach (string? text in texts)
        {
            WriteText(target, text);
        }
    }

    private static void WriteText(ArrayBufferWriter<byte> target, string? text)
    {
        if (text is null)
        {
            WriteNumber(target, Absent);
        }
        else if (text.Length == 36 && !text.AsSpan().ContainsAnyInRange('A', 'F') && Guid.TryParseExact(text, "D", out Guid guid))
        {
            WriteNumber(target, InGuidForm);
            guid.TryWriteBytes(target.GetSpan(16));
            target.Advance(16);
        }
        else
        {
            int bytes = Encoding.UTF8.GetByteCount(text);
            WriteNumber(target, bytes + FirstLength);
            target.Advance(Encoding.UTF8.GetBytes(text, target.GetSpan(bytes)));
        }
    }

    private static void WriteNumber(ArrayBufferWriter<byte> target, int number)
    {
        Span<byte> span = target.GetSpan(5);
        int at = 0;
        for (uint rest = (uint)number; ; rest >>= 7)
        {
            span[at++] = (byte)(rest < 0x80 ? rest : rest | 0x80);
            if (rest < 0x80)
            {
                break;
            }
        }

        target.Advance(at);
    }

    private static string? ReadText(ref ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty)
        {
            return null;
        }

        uint number = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = data[0];
            data = data[1..];
            number |= (uint)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                break;
            }
        }

        if (number == Absent)
        {
            return null;
        }

        int bytes = number == InGuidForm ? 16 : (int)number - FirstLength;
        ReadOnlySpan<byte> content = data[..bytes];
        data = data[bytes..];
        return number == InGuidForm ? new Guid(content).ToString("D") : Encoding.UTF8.GetString(content);
    }
}
