using System.ComponentModel.DataAnnotations;
using MarketLoop.Data.Embedded;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace MarketLoop.Data;

/// <summary>What a new data folder is told, and what its database may take. Section <c>MarketLoop:Data</c>.</summary>
public sealed class DataOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string SectionName = "MarketLoop:Data";

    /// <summary>ISO 4217 code for a new folder; default <c>EUR</c>. An existing folder keeps its own.</summary>
    [Required]
    [RegularExpression("^[A-Z]{3}$")]
    public string Currency { get; set; } = "EUR";

    /// <summary>IANA time zone for a new folder; default <c>UTC</c>.</summary>
    [Required]
    public string TimeZone { get; set; } = "UTC";

    /// <summary>Language tag for a new folder; default <c>en</c>.</summary>
    [Required]
    public string Language { get; set; } = "en";

    /// <summary>Seed for the control group of a new folder, for simulations that must repeat; default none: drawn anew.</summary>
    public int? Seed { get; set; }

    /// <summary>Most memory (MB, 64 to 65,536) that the event database takes; default a sixteenth of the machine's, between 96 and 256. More makes questions over long histories quicker, which otherwise go through the disk.</summary>
    [Range(64, 65_536)]
    public int? DatabaseMegabytes { get; set; }

    /// <summary><see cref="DatabaseMegabytes"/> as configured: opening comes before everything that the container could bind.</summary>
    public static int? ReadDatabaseMegabytes(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return configuration.GetSection(SectionName).GetValue<int?>(nameof(DatabaseMegabytes));
    }

    /// <summary>The facts for a folder that is new: opening comes before everything that the container could bind.</summary>
    public static NewFolder ReadNewFolder(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        DataOptions options = new();
        configuration.GetSection(SectionName).Bind(options);
        return new NewFolder { Seed = options.Seed, Shop = new ShopSettings { Currency = options.Currency, TimeZone = options.TimeZone, Language = options.Language } };
    }
}

[OptionsValidator]
internal sealed partial class DataOptionsValidator : IValidateOptions<DataOptions>;
