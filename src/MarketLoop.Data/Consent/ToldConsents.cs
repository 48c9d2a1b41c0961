using System.Text.Json;
using MarketLoop.Domain;

namespace MarketLoop.Data.Consent;

/// <summary>What an interaction says of consent: traits of an <c>identify</c>, a consent event, or the browser's Global Privacy Control.</summary>
internal static class ToldConsents
{
    /// <summary>Note in the properties of an event that came with Global Privacy Control.</summary>
    public const string PrivacyControlNote = "\"$gpc\":true";

    /// <summary>Note that holds the consent part of an event's context.</summary>
    public const string PreferencesNote = "$consent";

    /// <summary>What the routes of this program say instead of a shop's source, by how consent was said.</summary>
    public const string OwnSource = "marketloop:";

    /// <summary>True when the interaction changes a profile by itself.</summary>
    public static bool TellsOfProfile(Interaction interaction) => interaction.Kind is InteractionKind.Identified or InteractionKind.ConsentUpdated;

    /// <summary>True when it came with Global Privacy Control.</summary>
    public static bool HasPrivacySignal(Interaction interaction) => interaction.PropertiesJson?.Contains(PrivacyControlNote, StringComparison.Ordinal) is true;

    /// <summary>The entries that an interaction makes, in no particular order; none for most.</summary>
    public static IReadOnlyList<ConsentEntry> From(Interaction interaction)
    {
        if (interaction.PropertiesJson is null || (!HasPrivacySignal(interaction) && !TellsOfProfile(interaction)))
        {
            return [];
        }

        List<ConsentEntry> entries = [];
        try
        {
            using JsonDocument document = JsonDocument.Parse(interaction.PropertiesJson);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                Collect(interaction, document.RootElement, entries);
            }
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            entries.Clear(); // kept in the log as it was sent, but nobody can tell what it says
        }

        return entries;
    }

    private static void Collect(Interaction interaction, JsonElement told, List<ConsentEntry> entries)
    {
        if (told.TryGetProperty("$gpc", out JsonElement signal) && signal.ValueKind == JsonValueKind.True)
        {
            Add(interaction, entries, ConsentPurpose.Advertising, ConsentChannel.Any, false, null, ConsentOrigin.PrivacyControl);
            Add(interaction, entries, ConsentPurpose.Personalisation, ConsentChannel.Ads, false, null, ConsentOrigin.PrivacyControl);
        }

        if (interaction.Kind == InteractionKind.Identified)
        {
            AddTrait(interaction, told, entries, "marketing_email", ConsentPurpose.Marketing, ConsentChannel.Email);
            AddTrait(interaction, told, entries, "personalisation", ConsentPurpose.Personalisation, ConsentChannel.Any);
            AddTrait(interaction, told, entries, "personalization", ConsentPurpose.Personalisation, ConsentChannel.Any);
        }
        else if (interaction.Kind == InteractionKind.ConsentUpdated)
        {
            AddEvent(interaction, told, entries);
        }
    }

    private static void AddTrait(Interaction interaction, JsonElement told, List<ConsentEntry> entries, string name, ConsentPurpose purpose, ConsentChannel channel)
    {
        if (AnswerOf(told, name) is { } answer)
        {
            Add(interaction, entries, purpose, channel, answer, TextVersionOf(told, "consent_text_version"), ConsentOrigin.IdentifyTrait);
        }
    }

    private static void AddEvent(Interaction interaction, JsonElement told, List<ConsentEntry> entries)
    {
        ConsentOrigin origin = OriginOf(interaction, told);
        string? version = TextVersionOf(told, "textVersion") ?? TextVersionOf(told, "text_version");
        if (ConsentWords.TryPurpose(TextOf(told, "purpose"), out ConsentPurpose purpose)
            && ConsentWords.TryChannel(TextOf(told, "channel"), out ConsentChannel channel)
            && AnswerOf(told, "granted") is { } answer)
        {
            Add(interaction, entries, purpose, channel, answer, version, origin);
        }

        JsonElement preferences = told.TryGetProperty(PreferencesNote, out JsonElement context) && context.ValueKind == JsonValueKind.Object ? context : told;
        if (preferences.TryGetProperty("categoryPreferences", out JsonElement categories) && categories.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty category in categories.EnumerateObject())
            {
                if (ConsentWords.TryPurpose(category.Name, out ConsentPurpose named) && category.Value.ValueKind is JsonValueKind.True or JsonValueKind.False)
                {
                    Add(interaction, entries, named, ConsentChannel.Any, category.Value.GetBoolean(), version, origin);
                }
            }
        }
    }

    // A page may claim that a mail's link was used, but not that the owner or the shop's server spoke: only their own source says that.
    private static ConsentOrigin OriginOf(Interaction interaction, JsonElement told)
    {
        string source = interaction.Source.Value;
        return source.StartsWith(OwnSource, StringComparison.Ordinal) && Enum.TryParse(source.AsSpan(OwnSource.Length), ignoreCase: true, out ConsentOrigin own) ? own
            : string.Equals(TextOf(told, "via"), "unsubscribe", StringComparison.OrdinalIgnoreCase) ? ConsentOrigin.UnsubscribeLink
            : ConsentOrigin.ConsentEvent;
    }

    private static void Add(
        Interaction interaction, List<ConsentEntry> entries, ConsentPurpose purpose, ConsentChannel channel, bool isGranted, string? version, ConsentOrigin origin) =>
        entries.Add(new ConsentEntry
        {
            Customer = interaction.Customer,
            Purpose = purpose,
            Channel = channel,
            IsGranted = isGranted,
            At = interaction.OccurredAt,
            TextVersion = version,
            Origin = origin,
            Evidence = interaction.MessageId,
        });

    private static string? TextVersionOf(JsonElement told, string name) => TextOf(told, name) is { Length: > 0 and <= 100 } version ? version : null;

    private static string? TextOf(JsonElement told, string name) =>
        told.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool? AnswerOf(JsonElement told, string name) =>
        told.TryGetProperty(name, out JsonElement value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : null;
}
