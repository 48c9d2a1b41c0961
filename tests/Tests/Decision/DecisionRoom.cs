using MarketLoop.Analysis;
using MarketLoop.Analysis.Models;
using MarketLoop.Data.Audiences;
using MarketLoop.Data.Consent;
using MarketLoop.Data.EventLog;
using MarketLoop.Decision.Advertising;
using MarketLoop.Decision.Experiments;
using MarketLoop.Decision.Exploration;
using MarketLoop.Decision.Guardrails;
using MarketLoop.Decision.Placements;
using MarketLoop.Decision.Planning;
using MarketLoop.Decision.Promoting;
using MarketLoop.Decision.Recommending;
using MarketLoop.Domain;
using MarketLoop.Tests.Fakes;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace MarketLoop.Tests.Decision;

/// <summary>The decision room on stores in memory.</summary>
internal sealed class DecisionRoom : IDisposable
{
    private readonly MemoryShopStore store = new();

    public DecisionRoom(double controlShare = 0, PromotionOptions? promotion = null, AudienceOptions? audience = null, ExplorationOptions? exploration = null, FrequencyCapOptions? cap = null, int cachedCustomers = 20_000)
    {
        IOptions<PromotionOptions> promotionOptions = Options.Create(promotion ?? new PromotionOptions { ExplorationShare = 0 });
        IOptions<AudienceOptions> audienceOptions = Options.Create(audience ?? new AudienceOptions());
        Analyst = new Analyst(Log, store, Catalog, Models, Options.Create(new AnalysisOptions()), NullLogger<Analyst>.Instance);
        Activity = new RecentActivity(Log, Analyst, Options.Create(new RecommendingOptions { CachedCustomers = cachedCustomers }));
        Placements = new PlacementDesk(new MemoryPlacements(), Clock);
        Recommender = new Recommender(Log, Activity, Analyst, Models, new ShelfKeeper(Catalog, Analyst, Together, Alike = new AlikeByContent(Catalog, Analyst, Models)), Placements);
        Ledger = new MessageLedger(Log, Options.Create(cap ?? new FrequencyCapOptions()));
        ControlGroup control = new(Make.Secrets(), Options.Create(new ExperimentOptions { ControlShare = controlShare }));
        MessageRules rules = new(new PromotionRule(promotionOptions, Members), new AudienceRule(audienceOptions, Members), Recommender, Make.Secrets(), promotionOptions, audienceOptions);
        ContactRules contact = new(Options.Create(new ConsentOptions()));
        Planner = new Planner(Profiles, new Guardrail(Ledger, contact), control, rules, new MessageMemory(Log, promotionOptions, audienceOptions));
        Slots = new SlotPlanner(Recommender, control, new PersonalisationCheck(Profiles, contact), new SlotExploration(Make.Secrets(), Options.Create(exploration ?? new ExplorationOptions())), new PaidPlacements(Campaigns, Catalog, Members), Clock);
    }

    public MemoryEventLog Log { get; } = new();

    public AudienceMembers Members { get; } = new();

    public MemoryCatalog Catalog { get; } = new();

    public MemoryCampaigns Campaigns { get; } = new();

    public MemoryProfiles Profiles { get; } = new();

    public CurrentModels Models { get; } = new();

    public FakeTimeProvider Clock { get; } = new(Make.Day0);

    public Analyst Analyst { get; }

    public RecentActivity Activity { get; }

    public BoughtTogether Together { get; } = new();

    public AlikeByContent Alike { get; }

    public PlacementDesk Placements { get; }

    public Recommender Recommender { get; }

    public MessageLedger Ledger { get; }

    public Planner Planner { get; }

    public SlotPlanner Slots { get; }

    /// <summary>Puts interactions into the log and tells the room, as intake does.</summary>
    public async Task HappenAsync(params Interaction[] interactions)
    {
        await Log.AppendAsync(interactions, TestContext.Current.CancellationToken);
        Activity.Observe(interactions);
    }

    /// <summary>A list on a product's page.</summary>
    public ListRequest Beside(CustomerId customer, string product, int count) =>
        new() { Placement = Placements.Find("product"), Customer = customer, Beside = [new ProductId(product)], Count = count };

    /// <summary>Runs room 2 over the whole log.</summary>
    public Task<IReadOnlyList<CustomerInsight>> InterpretAsync(DateTimeOffset asOf) =>
        Analyst.InterpretAsync(Log.ReadInteractionsAsync(LogRange.Everything, TestContext.Current.CancellationToken), Log.Head, asOf, TestContext.Current.CancellationToken);

    public void Dispose()
    {
        Analyst.Dispose();
        Ledger.Dispose();
        Activity.Dispose();
        Placements.Dispose();
    }
}
