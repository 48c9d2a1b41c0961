using System.Globalization;
using MarketLoop.Data.Consent;
using MarketLoop.Decision.Advertising;
using MarketLoop.Decision.Experiments;
using MarketLoop.Decision.Exploration;
using MarketLoop.Decision.Recommending;
using MarketLoop.Domain;

namespace MarketLoop.Decision.Planning;

/// <summary>Decides what a waiting visitor sees in a slot. Thread-safe; reads memory only, but for a visitor not seen lately.</summary>
public sealed class SlotPlanner(
    Recommender recommender,
    ControlGroup controlGroup,
    PersonalisationCheck check,
    SlotExploration exploration,
    PaidPlacements placements,
    TimeProvider clock)
{
    private static readonly TimeSpan Validity = TimeSpan.FromHours(24);
    private static readonly LocalizedText ControlReason = new("control group: what the shop shows without MarketLoop", "对照组：商店在没有 MarketLoop 时的展示");
    private static readonly LocalizedText PaidReason = new("advertisement", "广告");

    /// <summary>Decides. Treated customers get the recommender's list with one position explored; the control arm and everybody who must not or cannot be known gets the popular products; a stopped loop answers empty. Paid places are the same in both arms, with propensity 1.</summary>
    public async Task<SlotDecision> DecideAsync(SlotRequest request, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(request.Placement) || request.Count is < 1 or > SlotRequest.LargestCount)
        {
            throw new ArgumentException($"A slot has a placement and between 1 and {SlotRequest.LargestCount} products.", nameof(request));
        }

        if (request.Mode == LoopMode.Stopped)
        {
            return new SlotDecision([], IsPersonalised: false, null);
        }

        DateTimeOffset now = clock.GetUtcNow();
        Allowance allowance = await check.AskAsync(request.Customer, now, request.SendsPrivacyControl, cancellationToken);
        bool mayKnow = request is { IsPersonalised: true, Mode: LoopMode.Running } && allowance.AgainstPersonalisation is null;
        IReadOnlyList<PaidItem> paid = request.Mode == LoopMode.Running && allowance.AgainstAdvertising is null
            ? placements.Find(request.Placement, request.Count, request.Product, mayKnow ? request.Customer : null, now)
            : [];
        if (!mayKnow || request.Customer is not { } customer)
        {
            return new SlotDecision(Weave(Place(FindPopular(request, paid)), paid), IsPersonalised: false, null);
        }

        string requestId = request.RequestId ?? now.UtcTicks.ToString(CultureInfo.InvariantCulture);
        ArmAssignment arm = controlGroup.ArmOf(customer);
        return arm.Arm == Arm.Control
            ? DecideControl(request, customer, arm, paid, requestId, now)
            : await DecideTreatedAsync(request, customer, arm, paid, requestId, now, cancellationToken);
    }

    private SlotDecision DecideControl(SlotRequest request, CustomerId customer, ArmAssignment arm, IReadOnlyList<PaidItem> paid, string requestId, DateTimeOffset now)
    {
        RankedList list = FindPopular(request, paid);
        return Decide(request, customer, arm, list, Weave(Place(list), paid), list.Items.Count, "control:" + list.Policy, ControlReason, requestId, now);
    }

    private async Task<SlotDecision> DecideTreatedAsync(
        SlotRequest request, CustomerId customer, ArmAssignment arm, IReadOnlyList<PaidItem> paid, string requestId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        RankedList list = request.Count == paid.Count
            ? RankedList.Empty
            : await recommender.RecommendAsync(ListFor(request, paid) with { Customer = customer, PoolSize = exploration.PoolSize }, cancellationToken);
        int pinned = list.Items.TakeWhile(item => item.Source == RecommendationSource.Pinned).Count();
        IReadOnlyList<Placed> placed = exploration.Choose(list.Items.Count - pinned + list.Pool.Count, list.Items.Count - pinned, $"{request.Placement}|{customer}|{requestId}");
        ShownItem[] items = new ShownItem[list.Items.Count];
        for (int position = 0; position < items.Length; position++)
        {
            Placed place = position < pinned ? new Placed(position, 1) : placed[position - pinned] with { Candidate = placed[position - pinned].Candidate + pinned };
            Recommendation chosen = place.Candidate < list.Items.Count ? list.Items[place.Candidate] : list.Pool[place.Candidate - list.Items.Count];
            items[position] = new ShownItem(chosen.Product, position, place.Propensity, chosen.Score, chosen.Reason);
        }

        items = Weave(items, paid);
        LocalizedText reason = items.Length > 0 ? items[0].Reason : new LocalizedText("nothing to recommend", "暂无可推荐的商品");
        return Decide(request, customer, arm, list, items, list.Items.Count + list.Pool.Count, list.Policy + "+swap", reason, requestId, now);
    }

    private static SlotDecision Decide(
        SlotRequest request,
        CustomerId customer,
        ArmAssignment arm,
        RankedList list,
        ShownItem[] items,
        int candidates,
        string policy,
        LocalizedText reason,
        string requestId,
        DateTimeOffset now)
    {
        bool isPersonalised = arm.Arm == Arm.Treated;
        if (items.Length == 0)
        {
            return new SlotDecision(items, isPersonalised, null);
        }

        Treatment treatment = new()
        {
            Id = TreatmentIds.From(["slot", request.Placement, customer.ToString(), requestId, policy, .. items.Select(i => i.Product.Value)]),
            Customer = customer,
            Kind = TreatmentKind.Recommendation,
            Channel = Channel.OnSite,
            Placement = request.Placement,
            Arm = arm.Arm,
            ArmPropensity = arm.Propensity,
            Policy = policy,
            Models = list.Models,
            Reason = reason,
            Items = items,
            CandidateCount = candidates,
            DecidedAt = now,
            ExpiresAt = now + Validity,
        };
        return new SlotDecision(items, isPersonalised, treatment);
    }

    private RankedList FindPopular(SlotRequest request, IReadOnlyList<PaidItem> paid) => request.Count == paid.Count ? RankedList.Empty : recommender.RecommendShared(ListFor(request, paid));

    // What is paid for stands in the slot already.
    private ListRequest ListFor(SlotRequest request, IReadOnlyList<PaidItem> paid) => new()
    {
        Placement = recommender.PlacementOf(request.Placement),
        Count = request.Count - paid.Count,
        Beside = request.Product is { } product ? [product] : [],
        Without = paid.Count == 0 ? [] : [.. paid.Select(item => item.Product)],
    };

    private static ShownItem[] Place(RankedList list) =>
        [.. list.Items.Select((item, position) => new ShownItem(item.Product, position, 1, item.Score, item.Reason))];

    private static ShownItem[] Weave(ShownItem[] chosen, IReadOnlyList<PaidItem> paid)
    {
        if (paid.Count == 0)
        {
            return chosen;
        }

        List<ShownItem> woven = [.. chosen];
        foreach (PaidItem place in paid)
        {
            woven.Insert(Math.Min(place.Position, woven.Count), new ShownItem(place.Product, 0, 1, 0, PaidReason, place.Campaign));
        }

        return [.. woven.Select((item, position) => item with { Position = position })];
    }
}
