using System.Text.Json;
using MarketLoop.Domain;

namespace MarketLoop.Data.Consent;

/// <summary>What one <c>identify</c> told of a customer. A trait that was not mentioned is not told; what it says of consent goes to the ledger (<see cref="ToldConsents"/>).</summary>
internal sealed record ToldTraits(Told<string> Email, Told<string> Name, Told<string> Language, ToldBirth? Birth)
{
    /// <summary>Reads the traits of an interaction; null when there are none.</summary>
    public static ToldTraits? From(Interaction interaction)
    {
        if (interaction.Kind != InteractionKind.Identified || interaction.PropertiesJson is null)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(interaction.PropertiesJson);
            JsonElement traits = document.RootElement;
            return traits.ValueKind != JsonValueKind.Object ? null : new ToldTraits(
                TextOf(traits, "email"),
                NameOf(traits),
                TextOf(traits, "language") is { IsTold: true } language ? language : TextOf(traits, "locale"),
                ToldBirth.From(traits, interaction.OccurredAt));
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            return null; // kept in the log as it was sent, but nobody can tell what it says (half a surrogate pair is JSON and yet no text)
        }
    }

    private static Told<string> NameOf(JsonElement traits)
    {
        Told<string> whole = TextOf(traits, "name");
        if (whole.IsTold)
        {
            return whole;
        }

        Told<string> first = Either(traits, "firstName", "first_name");
        Told<string> last = Either(traits, "lastName", "last_name");
        return first.IsTold || last.IsTold ? new Told<string>(true, $"{first.Value} {last.Value}".Trim()) : default;
    }

    private static Told<string> Either(JsonElement traits, string one, string other) =>
        TextOf(traits, one) is { IsTold: true } told ? told : TextOf(traits, other);

    private static Told<string> TextOf(JsonElement traits, string name) =>
        !traits.TryGetProperty(name, out JsonElement value) ? default
        : value.ValueKind == JsonValueKind.String ? new Told<string>(true, string.IsNullOrWhiteSpace(value.GetString()) ? null : value.GetString())
        : value.ValueKind == JsonValueKind.Null ? new Told<string>(true, null)
        : default;
}

/// <summary>A trait that was mentioned, or not.</summary>
internal readonly record struct Told<T>(bool IsTold, T? Value);
