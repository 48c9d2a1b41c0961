using System.Text.Json;
using MarketLoop.Analysis;
using MarketLoop.Domain;
using MarketLoop.Learning.Numerics;
using Xunit;

namespace MarketLoop.Tests.Analysis;

/// <summary>What a server keeps of a customer says the same as the record.</summary>
public sealed class PackedInsightTests
{
    [Fact]
    public void Packing_and_opening_gives_the_same_record()
    {
        SeededRandom random = new(5);
        InsightPacker packer = new();
        CustomerInsight[] insights = [.. Enumerable.Range(0, 200).Select(i => Make(i, random))];

        PackedInsight[] packed = [.. insights.Select(packer.Pack)];

        Assert.Equal(insights.Select(Text), packed.Select(each => Text(each.Open())));
        Assert.Equal(insights.Select(each => (each.Customer, each.AsOf, each.Segment)), packed.Select(each => (each.Customer, each.AsOf, each.Segment)));
    }

    [Fact]
    public void A_record_that_says_nothing_stays_so()
    {
        CustomerInsight bare = new() { Customer = CustomerId.Anonymous("b"), AsOf = DateTimeOffset.UnixEpoch, Features = new CustomerFeatures(0, 0, 0m, 0, 0, 0, 0, 0, 0, 0m, 0, 0, null, null) };

        Assert.Equal(Text(bare), Text(new InsightPacker().Pack(bare).Open()));
    }

    private static CustomerInsight Make(int i, SeededRandom random)
    {
        double Some() => random.NextDouble() < 0.3 ? 0.0 : random.NextDouble() * 100;
        double? Maybe() => random.NextDouble() < 0.4 ? null : Some();
        return new CustomerInsight
        {
            Customer = i % 2 == 0 ? CustomerId.Known($"u{i}") : CustomerId.Anonymous($"a{i}"),
            AsOf = DateTimeOffset.UnixEpoch.AddDays(i / 50),
            Features = new CustomerFeatures(Some(), i % 5, i % 3 == 0 ? 0m : -12.3400m * i, i % 9, Some(), Some(), Some(), Some(), Some(), 79_228_162_514.0001m, Some(), Some(), i % 3 == 0 ? null : i % 24, i % 4 == 0 ? null : (DayOfWeek)(i % 7))
            {
                Views = i,
                Sessions = 3 * i,
                MailOpens = int.MaxValue,
                MedianOrderGapDays = Maybe(),
                MeanOrderGapDays = Maybe(),
                NextOrderInDays = -Maybe(),
                CouponShare = Some(),
                OrderRate = Some(),
                PreferredChannel = i % 3 == 0 ? Channel.Email : null,
                PreferredDevice = i % 3 == 1 ? DeviceKind.Tablet : null,
                PreferredSource = i % 2 == 0 ? new SourceId("till") : null,
            },
            Interests = [.. Enumerable.Range(0, i % 4).Select(k => new Interest($"茶 {k}", random.NextDouble()))],
            Tags = [.. Enumerable.Range(0, i % 6).Select(k => new InterestTag((InterestKind)(k % 4), $"t{k}", random.NextDouble()))],
            Segment = i % 5 == 0 ? null : i % 5,
            SegmentName = i % 5 == 0 ? null : new LocalizedText($"Segment {i % 5}", $"群 {i % 5}"),
            PurchaseProbability = Maybe(),
            PurchaseProbabilityIfTreated = Maybe(),
            Value = i % 2 == 0 ? new CustomerValue(random.NextDouble(), 90, Some(), 17.5m * (i + 1)) : null,
            Outlook = i % 3 == 0 ? null : new CustomerOutlook(30, Maybe(), Maybe()) { OpensMailProbability = Maybe(), ReturnsProbability = Maybe(), NextCategory = i % 2 == 0 ? null : new CategoryChance("tea > green", 0.25) },
            Models = i % 7 == 0 ? null : new ModelVersion(i / 60),
        };
    }

    private static string Text(CustomerInsight insight) => JsonSerializer.Serialize(insight);
}
