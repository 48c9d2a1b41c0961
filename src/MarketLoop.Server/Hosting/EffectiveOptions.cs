using System.Collections;
using System.Globalization;
using System.Reflection;
using MarketLoop.Analysis;
using MarketLoop.Data;
using MarketLoop.Decision;
using MarketLoop.Execution;
using MarketLoop.Feedback;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace MarketLoop.Server.Hosting;

/// <summary>One setting as it is in force.</summary>
/// <param name="Name">Its full name, such as <c>MarketLoop:Loop:TurnEvery</c>.</param>
/// <param name="Value">Its value as text; secrets are masked.</param>
/// <param name="IsDefault">True when nobody set it to anything else.</param>
public sealed record Setting(string Name, string? Value, bool IsDefault);

/// <summary>Every options class that the rooms register, bound and checked. A new one appears here by being registered.</summary>
public sealed class EffectiveOptions
{
    private const string Mask = "***";
    private static readonly string[] SecretWords = ["Password", "Secret", "Token", "ApiKey"];

    private readonly List<Setting> values = [];
    private readonly List<string> faults = [];

    private EffectiveOptions()
    {
    }

    /// <summary>All settings in order of name.</summary>
    public IReadOnlyList<Setting> Values => values;

    /// <summary>What is wrong, all of it.</summary>
    public IReadOnlyList<string> Faults => faults;

    /// <summary>Binds and checks everything in a configuration.</summary>
    public static EffectiveOptions Of(IConfigurationRoot configuration)
    {
        ServiceCollection services = new();
        services.AddData(configuration).AddAnalysis(configuration).AddDecision(configuration).AddExecution(configuration, static _ => "").AddFeedback(configuration);
        services.AddOptions<LoopOptions>().Bind(configuration.GetSection(LoopOptions.SectionName));
        services.AddSingleton<IValidateOptions<LoopOptions>, LoopOptionsValidator>();
        Type[] classes =
        [
            .. services.Where(service => service.ServiceType.IsGenericType && service.ServiceType.GetGenericTypeDefinition() == typeof(IValidateOptions<>))
                .Select(service => service.ServiceType.GetGenericArguments()[0])
                .Distinct(),
        ];
        EffectiveOptions found = new();
        using ServiceProvider provider = services.BuildServiceProvider();
        foreach (Type options in classes)
        {
            found.Add(options, provider, configuration);
        }

        found.values.Sort((left, right) => string.CompareOrdinal(left.Name, right.Name));
        found.AddUnknown(configuration);
        return found;
    }

    private void Add(Type options, ServiceProvider provider, IConfiguration configuration)
    {
        string section = SectionOf(options);
        object? value = ReadChecked(options, provider);
        object plain = Activator.CreateInstance(options) ?? throw new InvalidOperationException($"{options.Name} has no constructor without arguments.");
        AddProperties(section, value, plain, configuration);
    }

    private void AddProperties(string section, object? value, object? plain, IConfiguration configuration)
    {
        if (plain is null)
        {
            return;
        }

        foreach (PropertyInfo property in plain.GetType().GetProperties().Where(property => property is { CanRead: true, CanWrite: true }))
        {
            string name = $"{section}:{property.Name}";
            if (property.PropertyType is { IsClass: true } type && type.Namespace?.StartsWith(nameof(MarketLoop), StringComparison.Ordinal) == true)
            {
                AddProperties(name, value is null ? null : property.GetValue(value), property.GetValue(plain), configuration);
                continue;
            }

            string? written = value is null ? configuration[name] : Write(property.GetValue(value));
            string? usual = Write(property.GetValue(plain));
            bool isSecret = SecretWords.Any(word => property.Name.Contains(word, StringComparison.OrdinalIgnoreCase)) && !string.IsNullOrEmpty(written);
            values.Add(new Setting(name, isSecret ? Mask : written, string.Equals(written, usual, StringComparison.Ordinal)));
        }
    }

    private object? ReadChecked(Type options, ServiceProvider provider)
    {
        try
        {
            object wrapper = provider.GetRequiredService(typeof(IOptions<>).MakeGenericType(options));
            return wrapper.GetType().GetProperty("Value")?.GetValue(wrapper);
        }
        catch (TargetInvocationException e) when (e.InnerException is OptionsValidationException wrong)
        {
            faults.AddRange(wrong.Failures.Select(failure => $"{SectionOf(options)}:{failure}"));
        }
        catch (TargetInvocationException e) when (e.InnerException is InvalidOperationException unreadable)
        {
            faults.Add(unreadable.Message); // names the setting and the type it should have
        }

        return null;
    }

    private void AddUnknown(IConfigurationRoot configuration)
    {
        HashSet<string> known = new(values.Select(setting => setting.Name), StringComparer.OrdinalIgnoreCase);
        foreach ((string key, string? value) in configuration.GetSection(ShopConfiguration.Root).AsEnumerable())
        {
            bool isListItem = int.TryParse(key[(key.LastIndexOf(':') + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out _);
            string name = isListItem ? key[..key.LastIndexOf(':')] : key;
            if (value is not null && !known.Contains(name))
            {
                faults.Add($"{name}: there is no such setting. ./marketloop config show lists them.");
            }
        }
    }

    private static string SectionOf(Type options) =>
        (options.GetField("SectionName") ?? options.GetField("Section"))?.GetRawConstantValue() as string
        ?? throw new InvalidOperationException($"{options.Name} has no constant Section.");

    private static string? Write(object? value) => value switch
    {
        null => null,
        string text => text,
        bool flag => flag ? "true" : "false",
        IEnumerable list => string.Join(", ", list.Cast<object?>().Select(Write)),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };
}
