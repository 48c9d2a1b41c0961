using MarketLoop.Analysis;
using MarketLoop.Analysis.Models;
using MarketLoop.Data;
using MarketLoop.Data.Audiences;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.Erasure;
using MarketLoop.Data.Identity;
using MarketLoop.Data.Intake;
using MarketLoop.Data.Models;
using MarketLoop.Data.Shop;
using MarketLoop.Decision;
using MarketLoop.Decision.Experiments;
using MarketLoop.Decision.Placements;
using MarketLoop.Decision.Recommending;
using MarketLoop.Domain;
using MarketLoop.Execution;
using MarketLoop.Feedback;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MarketLoop;

/// <summary>Registers the whole loop over one opened shop.</summary>
public static class MarketLoopRegistration
{
    /// <summary>Adds the five rooms and the corridor. Needs a <see cref="TimeProvider"/>; whoever opened the shop closes it.</summary>
    public static IServiceCollection AddMarketLoop(this IServiceCollection services, IConfiguration configuration, EmbeddedShop shop)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(shop);
        shop.Identity.Apply(IdentityOptions.Read(configuration));
        services.AddOpenedShop(shop);
        services.AddSingleton(new ShopSecrets(shop.Folder.Secrets.Control, shop.Folder.Secrets.Token));
        services.AddData(configuration);
        services.AddAnalysis(configuration);
        services.AddDecision(configuration);
        services.AddExecution(configuration, _ => shop.Folder.Outbox);
        services.AddFeedback(configuration);

        services.AddOptions<LoopOptions>().Bind(configuration.GetSection(LoopOptions.SectionName)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<LoopOptions>, LoopOptionsValidator>();
        services.AddSingleton<LoopControl>();
        services.AddSingleton<LoopMemory>();
        services.AddSingleton<ModelRenewal>();
        services.AddSingleton<LoopCycle>();
        services.AddSingleton<LoopTurns>();
        return services;
    }

    /// <summary>Loads the owner's settings and the models that served last. Call it once, before the first turn or answer.</summary>
    public static async Task PrepareMarketLoopAsync(this IServiceProvider services, CancellationToken cancellationToken)
    {
        CustomerRights rights = services.GetRequiredService<CustomerRights>();
        rights.TellOfErasures(services.GetRequiredService<Analyst>().Forget);
        rights.TellOfErasures(services.GetRequiredService<RecentActivity>().Forget);
        rights.TellOfErasures(services.GetRequiredService<AudienceMembers>().Forget);
        CustomerIdentity identity = services.GetRequiredService<CustomerIdentity>();
        identity.TellOfMoves(services.GetRequiredService<Analyst>().Reread);
        identity.TellOfMoves(services.GetRequiredService<RecentActivity>().Forget);
        services.GetRequiredService<SegmentIntake>().TellOfArrivals(services.GetRequiredService<RecentActivity>().Observe);
        await services.GetRequiredService<ControlShare>().LoadAsync(cancellationToken);
        await services.GetRequiredService<PlacementDesk>().LoadAsync(cancellationToken);
        foreach (MarketLoopException unreadable in await services.GetRequiredService<CurrentModels>().LoadReadableAsync(services.GetRequiredService<IModelStore>(), cancellationToken))
        {
            Log.ModelUnreadable(services.GetRequiredService<ILogger<CurrentModels>>(), unreadable);
        }
    }
}
