using System.Text;
using MarketLoop.Domain;

namespace MarketLoop.Execution.Channels.OnSite;

/// <summary>Writes a treatment compactly: texts once each in a table, numbers in binary. Reads only what this program wrote and signed.</summary>
internal static class TreatmentCodec
{
    public static byte[] Write(Treatment treatment)
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream, Encoding.UTF8);
        List<LocalizedText> reasons = [.. treatment.Items.Select(i => i.Reason).Append(treatment.Reason).Distinct()];
        writer.Write7BitEncodedInt(reasons.Count);
        foreach (LocalizedText reason in reasons)
        {
            writer.Write(reason.English);
            writer.Write(string.Equals(reason.Chinese, reason.English, StringComparison.Ordinal) ? "" : reason.Chinese);
        }

        writer.Write(treatment.Customer.ToString());
        writer.Write((byte)treatment.Kind);
        writer.Write((byte)treatment.Channel);
        writer.Write((byte)treatment.Arm);
        writer.Write(treatment.Placement);
        writer.Write(treatment.ArmPropensity);
        writer.Write(treatment.Policy);
        writer.Write7BitEncodedInt(treatment.Models?.Value ?? 0);
        writer.Write7BitEncodedInt(reasons.IndexOf(treatment.Reason));
        writer.Write7BitEncodedInt(treatment.CandidateCount);
        writer.Write(treatment.DecidedAt.UtcTicks);
        writer.Write(treatment.ExpiresAt.UtcTicks);
        WriteOffer(writer, treatment.Offer);
        writer.Write7BitEncodedInt(treatment.Items.Count);
        foreach (ShownItem item in treatment.Items)
        {
            writer.Write(item.Product.Value);
            writer.Write7BitEncodedInt(item.Position);
            writer.Write(item.Propensity);
            writer.Write(item.Score);
            writer.Write7BitEncodedInt(reasons.IndexOf(item.Reason));
        }

        WriteCampaigns(writer, treatment.Items);
        writer.Flush();
        return stream.ToArray();
    }

    public static Treatment Read(TreatmentId id, byte[] body)
    {
        using BinaryReader reader = new(new MemoryStream(body), Encoding.UTF8);
        LocalizedText[] reasons = new LocalizedText[reader.Read7BitEncodedInt()];
        for (int i = 0; i < reasons.Length; i++)
        {
            reasons[i] = new LocalizedText(reader.ReadString(), reader.ReadString());
        }

        CustomerId customer = CustomerId.Parse(reader.ReadString());
        TreatmentKind kind = (TreatmentKind)reader.ReadByte();
        Channel channel = (Channel)reader.ReadByte();
        Arm arm = (Arm)reader.ReadByte();
        string placement = reader.ReadString();
        double armPropensity = reader.ReadDouble();
        string policy = reader.ReadString();
        int models = reader.Read7BitEncodedInt();
        LocalizedText reason = reasons[reader.Read7BitEncodedInt()];
        int candidates = reader.Read7BitEncodedInt();
        DateTimeOffset decidedAt = ReadMoment(reader);
        DateTimeOffset expiresAt = ReadMoment(reader);
        Offer? offer = ReadOffer(reader);
        ShownItem[] items = new ShownItem[reader.Read7BitEncodedInt()];
        for (int i = 0; i < items.Length; i++)
        {
            items[i] = new ShownItem(
                new ProductId(reader.ReadString()), reader.Read7BitEncodedInt(), reader.ReadDouble(), reader.ReadDouble(), reasons[reader.Read7BitEncodedInt()]);
        }

        ReadCampaigns(reader, items);
        return new Treatment
        {
            Id = id,
            Customer = customer,
            Kind = kind,
            Channel = channel,
            Placement = placement,
            Arm = arm,
            ArmPropensity = armPropensity,
            Policy = policy,
            Models = models == 0 ? null : new ModelVersion(models),
            Reason = reason,
            Items = items,
            CandidateCount = candidates,
            Offer = offer,
            DecidedAt = decidedAt,
            ExpiresAt = expiresAt,
        };
    }

    public static byte[] WriteReference(CustomerId customer, DateTimeOffset expiresAt)
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream, Encoding.UTF8);
        writer.Write(customer.ToString());
        writer.Write(expiresAt.UtcTicks);
        writer.Flush();
        return stream.ToArray();
    }

    public static (CustomerId Customer, DateTimeOffset ExpiresAt) ReadReference(byte[] body)
    {
        using BinaryReader reader = new(new MemoryStream(body), Encoding.UTF8);
        return (CustomerId.Parse(reader.ReadString()), ReadMoment(reader));
    }

    // Behind everything else, and only where a place is paid for: a token without it reads as one that has none.
    private static void WriteCampaigns(BinaryWriter writer, IReadOnlyList<ShownItem> items)
    {
        foreach ((int index, ShownItem item) in items.Index())
        {
            if (item.Campaign is { } campaign)
            {
                writer.Write7BitEncodedInt(index);
                writer.Write(campaign.Value);
            }
        }
    }

    private static void ReadCampaigns(BinaryReader reader, ShownItem[] items)
    {
        while (reader.BaseStream.Position < reader.BaseStream.Length)
        {
            int index = reader.Read7BitEncodedInt();
            items[index] = items[index] with { Campaign = new CampaignId(reader.ReadString()) };
        }
    }

    private static void WriteOffer(BinaryWriter writer, Offer? offer)
    {
        writer.Write(offer is not null);
        if (offer is not null)
        {
            writer.Write(offer.Code);
            writer.Write(offer.Discount);
            writer.Write(offer.ValidUntil.UtcTicks);
        }
    }

    private static Offer? ReadOffer(BinaryReader reader) =>
        reader.ReadBoolean() ? new Offer(reader.ReadString(), reader.ReadDouble(), ReadMoment(reader)) : null;

    private static DateTimeOffset ReadMoment(BinaryReader reader) => new(reader.ReadInt64(), TimeSpan.Zero);
}
