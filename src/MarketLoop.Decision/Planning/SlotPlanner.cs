using System.Globalization;
using MarketLoop.Data.Consent;
using MarketLoop.Data.Shop;
using MarketLoop.Decision.Experiments;
using MarketLoop.Decision.Exploration;
using MarketLoop.Decision.Recommending;
using MarketLoop.Domain;
using Microsoft.Extensions.Options;

namespace MarketLoop.Decision.Planning;

/// <summary>Decides what a waiting visitor sees in a slot. Thread-safe; reads memory only, but for a visitor not seen lately.</summary>
public sealed class SlotPlanner(
    Recommender recommender,
    ControlGroup controlGroup,
    PersonalisationCheck check,
    ShopSecrets secrets,
    IOptions<ExplorationOptions> exploration,
    TimeProvider clock)
{
    private static readonly TimeSpan Validity = TimeSpan.FromHours(24);
    private static readonly LocalizedText ControlReason = new("control group: what the shop shows without MarketLoop", "对照组：商店在没有 MarketLoop 时的展示");
    private readonly byte[] explorationKey = secrets.KeyForDraws("exploration");

    /// <summary>Decides. Treated customers get the recommender's list with one position explored; the control arm and everybody who must not or cannot be known gets the popular products; a stopped loop answers empty.</summary>
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
        if (!mayKnow || request.Customer is not { } customer)
        {
            return new SlotDecision(Place(recommender.RecommendPopular(request.Count, request.Product)), IsPersonalised: false, null);
        }

        string requestId = request.RequestId ?? now.UtcTicks.ToString(CultureInfo.InvariantCulture);
        ArmAssignment arm = controlGroup.ArmOf(customer);
        return arm.Arm == Arm.Control
            ? DecideControl(request, customer, arm, requestId, now)
            : await DecideTreatedAsync(request, customer, arm, requestId, now, cancellationToken);
    }

    private SlotDecision DecideControl(SlotRequest request, CustomerId customer, ArmAssignment arm, string requestId, DateTimeOffset now)
    {
        RankedList list = recommender.RecommendPopular(request.Count, request.Product);
        return Decide(request, customer, arm, list, Place(list), list.Items.Count, "control:" + list.Policy, ControlReason, requestId, now);
    }

    private async Task<SlotDecision> DecideTreatedAsync(
        SlotRequest request, CustomerId customer, ArmAssignment arm, string requestId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        int wanted = request.Count + exploration.Value.PoolSize;
        RankedList list = await recommender.RecommendAsync(customer, wanted, request.Product, cancellationToken);
        IReadOnlyList<Placed> placed = SwapExploration.Choose(
            list.Items.Count, request.Count, exploration.Value.SwapProbability, explorationKey, $"{request.Placement}|{customer}|{requestId}");
        ShownItem[] items = [.. placed.Select((p, position) =>
        {
            Recommendation chosen = list.Items[p.Candidate];
            return new ShownItem(chosen.Product, position, p.Propensity, chosen.Score, chosen.Reason);
        })];
        LocalizedText reason = items.Length > 0 ? items[0].Reason : new LocalizedText("nothing to recommend", "暂无可推荐的商品");
        return Decide(request, customer, arm, list, items, list.Items.Count, list.Policy + "+swap", reason, requestId, now);
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

    private static ShownItem[] Place(RankedList list) =>
        [.. list.Items.Select((item, position) => new ShownItem(item.Product, position, 1, item.Score, item.Reason))];
}
