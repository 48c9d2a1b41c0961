using MarketLoop.Data.Catalog;
using MarketLoop.Data.Cleaning;
using MarketLoop.Data.Consent;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Identity;
using MarketLoop.Data.Importing;
using MarketLoop.Data.Intake;
using MarketLoop.Data.Models;
using MarketLoop.Data.Profiles;
using MarketLoop.Data.Pulse;
using MarketLoop.Data.Shop;
using MarketLoop.Data.Upkeep;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace MarketLoop.Data;

/// <summary>Registers room 1.</summary>
public static class DataRegistration
{
    /// <summary>Registers options and what works on top of an opened shop. Opening waits for a disk, so the host opens first and hands the shop to <see cref="AddOpenedShop"/>.</summary>
    public static IServiceCollection AddData(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddSingleton<IValidateOptions<DataOptions>, DataOptionsValidator>();
        services.AddOptions<DataOptions>().Bind(configuration.GetSection(DataOptions.SectionName)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<IntakeOptions>, IntakeOptionsValidator>();
        services.AddOptions<IntakeOptions>().Bind(configuration.GetSection(IntakeOptions.SectionName)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<CleaningOptions>, CleaningOptionsValidator>();
        services.AddOptions<CleaningOptions>().Bind(configuration.GetSection(CleaningOptions.SectionName)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<IdentityOptions>, IdentityOptionsValidator>();
        services.AddOptions<IdentityOptions>().Bind(configuration.GetSection(IdentityOptions.SectionName)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<RetentionOptions>, RetentionOptionsValidator>();
        services.AddOptions<RetentionOptions>().Bind(configuration.GetSection(RetentionOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ConsentOptions>, ConsentOptionsValidator>();
        services.AddOptions<ConsentOptions>().Bind(configuration.GetSection(ConsentOptions.Section)).ValidateOnStart();
        services.AddSingleton<ContactRules>();
        services.AddSingleton<PersonalisationCheck>();
        services.AddSingleton<IValidateOptions<AlertOptions>, AlertOptionsValidator>();
        services.AddOptions<AlertOptions>().Bind(configuration.GetSection(AlertOptions.Section)).ValidateOnStart();
        return services;
    }

    /// <summary>Registers the ports of an opened shop. Whoever opened it closes it.</summary>
    public static IServiceCollection AddOpenedShop(this IServiceCollection services, EmbeddedShop shop)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(shop);
        services.AddSingleton(shop);
        services.AddSingleton(shop.Folder);
        services.AddSingleton(shop.Log);
        services.AddSingleton(shop.Journeys);
        services.AddSingleton(shop.Profiles);
        services.AddSingleton(shop.Consents);
        services.AddSingleton(shop.Catalog);
        services.AddSingleton(shop.Campaigns);
        services.AddSingleton(shop.Audiences);
        services.AddSingleton(shop.Audiences.Members);
        services.AddSingleton(shop.Placements);
        services.AddSingleton(provider => Quarantine.Of(shop, provider.GetRequiredService<ImportTarget>()));
        services.AddSingleton(shop.Models);
        services.AddSingleton(shop.Store);
        services.AddSingleton(shop.Identity);
        services.AddSingleton(shop.Rights);
        services.AddSingleton(shop.Upkeep);
        services.AddSingleton(provider => new EventQuarantine(shop.Folder.Quarantine, provider.GetRequiredService<IOptions<IntakeOptions>>().Value));
        services.AddSingleton(provider => new SegmentIntake(
            shop.Log, provider.GetRequiredService<EventQuarantine>(), provider.GetRequiredService<IOptions<IntakeOptions>>().Value, shop.Identity));
        services.AddSingleton(provider => ImportTarget.For(
            shop,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<IOptions<IntakeOptions>>().Value,
            provider.GetRequiredService<IOptions<CleaningOptions>>().Value));
        return services;
    }
}
