using MarketLoop.Data.Consent;
using MarketLoop.Decision.Advertising;
using MarketLoop.Decision.Experiments;
using MarketLoop.Decision.Exploration;
using MarketLoop.Decision.Guardrails;
using MarketLoop.Decision.Placements;
using MarketLoop.Decision.Planning;
using MarketLoop.Decision.Promoting;
using MarketLoop.Decision.Recommending;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace MarketLoop.Decision;

/// <summary>Registers the room.</summary>
public static class DecisionRegistration
{
    /// <summary>Adds recommending, exploration, the experiment, the message rules and both planners. Needs the ports, the analysis room, the folder's <see cref="Data.Shop.ShopSecrets"/> and a clock.</summary>
    public static IServiceCollection AddDecision(this IServiceCollection services, IConfiguration configuration)
    {
        Bind<ExperimentOptions, ExperimentOptionsValidator>(services, configuration, ExperimentOptions.Section);
        Bind<ExplorationOptions, ExplorationOptionsValidator>(services, configuration, ExplorationOptions.Section);
        Bind<RecommendingOptions, RecommendingOptionsValidator>(services, configuration, RecommendingOptions.Section);
        Bind<PromotionOptions, PromotionOptionsValidator>(services, configuration, PromotionOptions.Section);
        Bind<AudienceOptions, AudienceOptionsValidator>(services, configuration, AudienceOptions.Section);
        Bind<FrequencyCapOptions, FrequencyCapOptionsValidator>(services, configuration, FrequencyCapOptions.Section);

        services.TryAddSingleton<MessageLedger>();
        services.AddSingleton<PlacementDesk>();
        services.AddSingleton<RecentActivity>();
        services.AddSingleton<ShelfKeeper>();
        services.AddSingleton<BoughtTogether>();
        services.AddSingleton<AlikeByContent>();
        services.AddSingleton<Recommender>();
        services.AddSingleton<RecommendationWatch>();
        services.AddSingleton<ControlGroup>();
        services.AddSingleton<ControlShare>();
        services.AddSingleton<Guardrail>();
        services.AddSingleton<PromotionRule>();
        services.AddSingleton<AudienceRule>();
        services.AddSingleton<MessageRules>();
        services.AddSingleton<MessageMemory>();
        services.AddSingleton<Planner>();
        services.AddSingleton<SlotExploration>();
        services.AddSingleton<PaidPlacements>();
        services.AddSingleton<SlotPlanner>();
        return services;
    }

    private static void Bind<TOptions, TValidator>(IServiceCollection services, IConfiguration configuration, string section)
        where TOptions : class
        where TValidator : class, IValidateOptions<TOptions>
    {
        services.AddOptions<TOptions>().Bind(configuration.GetSection(section)).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TOptions>, TValidator>());
    }
}
