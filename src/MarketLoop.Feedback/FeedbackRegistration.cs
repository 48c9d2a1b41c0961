using MarketLoop.Feedback.Attribution;
using MarketLoop.Feedback.Lift;
using MarketLoop.Feedback.Retraining;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace MarketLoop.Feedback;

/// <summary>Registers the room.</summary>
public static class FeedbackRegistration
{
    /// <summary>Adds attribution, lift and the retraining trigger. Needs the ports and a clock.</summary>
    public static IServiceCollection AddFeedback(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<AttributionOptions>().Bind(configuration.GetSection(AttributionOptions.Section)).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<AttributionOptions>, AttributionOptionsValidator>());
        services.AddOptions<RetrainingOptions>().Bind(configuration.GetSection(RetrainingOptions.Section)).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RetrainingOptions>, RetrainingOptionsValidator>());

        services.AddSingleton<Assessor>();
        services.AddSingleton<LiftReport>();
        services.AddSingleton<RetrainingTrigger>();
        return services;
    }
}
