using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace MarketLoop.Data.Identity;

/// <summary>What counts as an id of a person. Section <c>MarketLoop:Data:Identity</c>.</summary>
public sealed class IdentityOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string SectionName = "MarketLoop:Data:Identity";

    internal const int DefaultBrowsersPerDay = 50;

    /// <summary>Most browsers that one user id may gain on a day (UTC, event time); default 50. Above it the id is frozen and listed. Higher lets a shared or default id collect the histories of more visitors.</summary>
    [Range(1, 1_000_000)]
    public int MaxBrowsersPerDay { get; set; } = DefaultBrowsersPerDay;

    /// <summary>Further ids that stand for nobody, besides the built-in ones (null, undefined, 0, guest, test@test.com ...); upper and lower case are the same. Default none.</summary>
    public IList<string> DeniedIds { get; } = [];

    /// <summary>The options of a shop that is opened before the container stands.</summary>
    public static IdentityOptions Read(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        IdentityOptions options = new();
        configuration.GetSection(SectionName).Bind(options);
        return options;
    }
}

[OptionsValidator]
internal sealed partial class IdentityOptionsValidator : IValidateOptions<IdentityOptions>;
