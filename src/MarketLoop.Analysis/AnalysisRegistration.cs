using MarketLoop.Analysis.Audiences;
using MarketLoop.Analysis.Baskets;
using MarketLoop.Analysis.Journeys;
using MarketLoop.Analysis.Models;
using MarketLoop.Analysis.Preference;
using MarketLoop.Analysis.Value;
using MarketLoop.Data.Embedded;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace MarketLoop.Analysis;

/// <summary>Registers room 2.</summary>
public static class AnalysisRegistration
{
    /// <summary>Adds the analyst, the models and their training. Needs the ports of the data room.</summary>
    public static IServiceCollection AddAnalysis(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<AnalysisOptions>()
            .Bind(configuration.GetSection(AnalysisOptions.Section))
            .PostConfigure<IServiceProvider>(static (options, provider) => options.TimeZone ??= provider.GetService<EmbeddedShop>()?.Folder.Shop.TimeZone)
            .Validate(static options => options.TimeZone is null || TimeZoneInfo.TryFindSystemTimeZoneById(options.TimeZone, out _), $"{AnalysisOptions.Section}:TimeZone must be an IANA time zone that this machine knows.")
            .ValidateOnStart();
        services.AddOptions<TrainingProcessOptions>().Bind(configuration.GetSection(TrainingProcessOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<AnalysisOptions>, AnalysisOptionsValidator>();
        services.AddSingleton<IValidateOptions<AnalysisOptions>, RankerPinsValidator>();
        services.AddSingleton<IValidateOptions<TrainingProcessOptions>, TrainingProcessOptionsValidator>();
        services.AddSingleton<CurrentModels>();
        services.AddSingleton(static provider =>
        {
            Analyst analyst = ActivatorUtilities.CreateInstance<Analyst>(provider);
            analyst.TellOfTurns((view, cancellationToken) => provider.GetRequiredService<AudienceDesk>().RefreshAsync(view, cancellationToken));
            return analyst;
        });
        services.AddSingleton<AudienceDesk>();
        services.AddSingleton<TrainingProcess>();
        services.AddSingleton<JourneyReports>();
        services.AddSingleton<BasketReports>();
        services.AddSingleton<ValueTracks>();
        return services;
    }
}
