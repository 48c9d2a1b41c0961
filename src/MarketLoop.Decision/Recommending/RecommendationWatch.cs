using System.IO.Hashing;
using System.Runtime.InteropServices;
using MarketLoop.Analysis;
using MarketLoop.Data.Consent;
using MarketLoop.Domain;

namespace MarketLoop.Decision.Recommending;

/// <summary>Looks whether recommendations are still recommendations: when everybody gets the same list, something upstream broke and nobody would notice. Thread-safe.</summary>
public sealed class RecommendationWatch(Recommender recommender, Analyst analyst, PersonalisationCheck check, TimeProvider clock) : IDisposable
{
    private const int Sampled = 100;
    private const int FewestToJudge = 20;
    private const int Length = 10;
    private const double MostOverlap = 0.8;
    private const double FewestPersonal = 0.5;
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(1);
    private readonly SemaphoreSlim gate = new(1, 1);
    private RecommendationHealth? last;

    /// <summary>Measures the front page's lists of up to 100 customers, evenly spaced in order of a hash; the figure of the last minute is kept. Costs 100 lists.</summary>
    public async Task<RecommendationHealth> MeasureAsync(CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            DateTimeOffset now = clock.GetUtcNow();
            if (last is null || now - last.MeasuredAt >= Kept || now < last.MeasuredAt)
            {
                last = await MeasureAsync(now, cancellationToken);
            }

            return last;
        }
        finally
        {
            gate.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => gate.Dispose();

    private async Task<RecommendationHealth> MeasureAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        List<HashSet<ProductId>> lists = [];
        int personal = 0;
        int optedOut = 0;
        foreach (CustomerId customer in Sample())
        {
            if ((await check.AskAsync(customer, now, sendsPrivacyControl: false, cancellationToken)).AgainstPersonalisation is not null)
            {
                optedOut++;
                continue;
            }

            RankedList list = await recommender.RecommendAsync(customer, Length, cancellationToken);
            if (list.Items.Count > 0)
            {
                lists.Add([.. list.Items.Select(item => item.Product)]);
                personal += list.Items.Any(IsPersonal) ? 1 : 0;
            }
        }

        double? overlap = lists.Count < FewestToJudge ? null : Overlap(lists);
        double? share = lists.Count < FewestToJudge ? null : (double)personal / lists.Count;
        return new RecommendationHealth(now, lists.Count, optedOut, overlap, share, Alarms(overlap, share));
    }

    private List<CustomerId> Sample()
    {
        // By a fixed hash: the same customers each time, and in no order that means anything.
        PriorityQueue<CustomerId, ulong> kept = new();
        foreach (CustomerPortrait portrait in analyst.Portraits)
        {
            CustomerId customer = portrait.Insight.Customer;
            kept.Enqueue(customer, ulong.MaxValue - XxHash3.HashToUInt64(MemoryMarshal.AsBytes(customer.ToString().AsSpan())));
            if (kept.Count > Sampled)
            {
                kept.Dequeue();
            }
        }

        return [.. kept.UnorderedItems.Select(item => item.Element).OrderBy(customer => customer.ToString(), StringComparer.Ordinal)];
    }

    private static bool IsPersonal(Recommendation item) => item.Source
        is RecommendationSource.Collaborative or RecommendationSource.Segment or RecommendationSource.Together or RecommendationSource.Category or RecommendationSource.Reorder or RecommendationSource.Content;

    // Mean over pairs of the share of the shorter list that is in the other.
    private static double Overlap(List<HashSet<ProductId>> lists)
    {
        double sum = 0;
        for (int a = 0; a < lists.Count; a++)
        {
            for (int b = a + 1; b < lists.Count; b++)
            {
                sum += (double)lists[a].Count(lists[b].Contains) / Math.Min(lists[a].Count, lists[b].Count);
            }
        }

        return sum / (lists.Count * (lists.Count - 1) / 2.0);
    }

    private static List<LocalizedText> Alarms(double? overlap, double? share)
    {
        List<LocalizedText> alarms = [];
        if (overlap > MostOverlap)
        {
            alarms.Add(new LocalizedText(
                "Customers get nearly the same list: look whether models are trained, whether views and orders carry product ids, and whether pins or brand rules leave any choice.",
                "不同顾客得到的列表几乎相同：请检查模型是否已训练、浏览和订单是否带有商品编号，以及置顶或品牌规则是否留有选择。"));
        }

        if (share < FewestPersonal)
        {
            alarms.Add(new LocalizedText(
                "Most lists hold nothing personal: look whether events name customers the same way as requests do, and whether the last training succeeded.",
                "大多数列表没有个性化内容：请检查事件与请求是否使用相同的顾客编号，以及上次训练是否成功。"));
        }

        return alarms;
    }
}

/// <summary>How personal recommendations are.</summary>
/// <param name="MeasuredAt">When.</param>
/// <param name="Lists">Lists looked at.</param>
/// <param name="OptedOut">Customers passed over because they opted out.</param>
/// <param name="Overlap">Mean share (0..1) of a list that another customer's list holds too; null with too few customers to judge.</param>
/// <param name="PersonalShare">Share (0..1) of lists with anything personal in them; null with too few.</param>
/// <param name="Alarms">What is wrong and where to look; empty when nothing is.</param>
public sealed record RecommendationHealth(DateTimeOffset MeasuredAt, int Lists, int OptedOut, double? Overlap, double? PersonalShare, IReadOnlyList<LocalizedText> Alarms);
