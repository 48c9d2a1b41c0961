using MarketLoop.Data.Consent;
using MarketLoop.Execution.Channels.Email;
using MarketLoop.Execution.Channels.OnSite;
using MarketLoop.Execution.Dispatch;
using MarketLoop.Execution.Receipts;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace MarketLoop.Execution;

/// <summary>Registers the room.</summary>
public static class ExecutionRegistration
{
    /// <summary>Adds the dispatcher, the e-mail and on-site channels and their receipts. Needs the ports, the folder's <see cref="Data.Shop.ShopSecrets"/> and a clock.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">The configuration.</param>
    /// <param name="outboxFolder">Finds the outbox folder inside the data folder.</param>
    public static IServiceCollection AddExecution(this IServiceCollection services, IConfiguration configuration, Func<IServiceProvider, string> outboxFolder)
    {
        services.AddOptions<EmailOptions>().Bind(configuration.GetSection(EmailOptions.Section)).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<EmailOptions>, EmailOptionsValidator>());
        services.AddOptions<FrequencyCapOptions>().Bind(configuration.GetSection(FrequencyCapOptions.Section)).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<FrequencyCapOptions>, FrequencyCapOptionsValidator>());

        services.TryAddSingleton<MessageLedger>();
        services.AddSingleton<TreatmentTokens>();
        services.AddSingleton(provider => new Outbox(outboxFolder(provider)));
        services.AddSingleton<EmailChannel>();
        services.AddSingleton<HandOverCheck>();
        services.AddSingleton<Dispatcher>();
        services.AddSingleton<OnSiteReceipts>();
        return services;
    }
}
