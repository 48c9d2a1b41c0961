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

    /// <summary>Whose act a personal part tells of, in the written form of <see cref="CustomerId"/>; returns its length.</summary>
    /// <param name="personal">The personal part of an interaction.</param>
    /// <param name="customer">Room for the id and its prefix.</param>
    public static int CopyCustomer(ReadOnlySpan<byte> personal, Span<char> customer)
    {
        int whole = CopyText(ref personal, customer);
        if (whole >= 0)
        {
            return whole;
        }

        int user = CopyText(ref personal, customer[2..]);
        int length = user >= 0 ? user : Math.Max(0, CopyText(ref personal, customer[2..]));
        (customer[0], customer[1]) = (user >= 0 ? 'u' : 'a', ':');
        return length + 2;
    }

    /// <summary>Reads a text as its bytes; empty when it is absent. Not for texts that may be GUIDs.</summary>
    public static ReadOnlySpan<byte> ReadBytes(scoped ref ReadOnlySpan<byte> data)
    {
        uint number = ReadNumber(ref data);
        ReadOnlySpan<byte> content = number < FirstLength ? default : data[..(int)(number - FirstLength)];
        data = data[content.Length..];
        return content;
    }

    /// <summary>Writes a text that is UTF-8 already.</summary>
    public static void WriteBytes(ArrayBufferWriter<byte> target, ReadOnlySpan<byte> utf8)
    {
        WriteNumber(target, utf8.Length + FirstLength);
        target.Write(utf8);
    }

    /// <summary>Writes a text that <see cref="ReadBytes"/> can read back; null is an absent one.</summary>
    public static void WritePlain(ArrayBufferWriter<byte> target, string? text)
    {
        if (text is null)
        {
            WriteNumber(target, Absent);
            return;
        }

        int bytes = Encoding.UTF8.GetByteCount(text);
        WriteNumber(target, bytes + FirstLength);
        target.Advance(Encoding.UTF8.GetBytes(text, target.GetSpan(bytes)));
    }

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

    /// <summary>Writes a text, a GUID in 16 bytes; null is an absent one.</summary>
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
            WritePlain(target, text);
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

        uint number = ReadNumber(ref data);
        if (number == Absent)
        {
            return null;
        }

        int bytes = number == InGuidForm ? 16 : (int)number - FirstLength;
        ReadOnlySpan<byte> content = data[..bytes];
        data = data[bytes..];
        return number == InGuidForm ? new Guid(content).ToString("D") : Encoding.UTF8.GetString(content);
    }

    private static int CopyText(scoped ref ReadOnlySpan<byte> data, Span<char> target)
    {
        uint number = ReadNumber(ref data);
        if (number == Absent)
        {
            return -1;
        }

        int bytes = number == InGuidForm ? 16 : (int)number - FirstLength;
        ReadOnlySpan<byte> content = data[..bytes];
        data = data[bytes..];
        return number == InGuidForm && new Guid(content).TryFormat(target, out int written, "D") ? written : Encoding.UTF8.GetChars(content, target);
    }

    private static uint ReadNumber(scoped ref ReadOnlySpan<byte> data)
    {
        uint number = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = data[0];
            data = data[1..];
            number |= (uint)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return number;
            }
        }
    }
}
