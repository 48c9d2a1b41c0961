using System.Text.Json;
using MarketLoop.Data.Consent;
using MarketLoop.Domain;

namespace MarketLoop.Data.Intake;

/// <summary>What an event says of consent beside its properties, kept as notes among them: the browser's Global Privacy Control, and the preferences of a consent banner.</summary>
internal static class PrivacySignals
{
    /// <summary>The notes, as members of a JSON object; empty for most events.</summary>
    public static string Note(InteractionKind kind, JsonElement? context, bool hasHeader)
    {
        bool isControlled = hasHeader || (context is { } around && (IsTrue(around, "gpc") || IsTrue(around, "globalPrivacyControl")));
        string signal = isControlled ? ToldConsents.PrivacyControlNote : "";
        return kind == InteractionKind.ConsentUpdated && Preferences(context) is { } preferences
            ? $"{signal}{(isControlled ? "," : "")}\"{ToldConsents.PreferencesNote}\":{preferences.GetRawText()}"
            : signal;
    }

    /// <summary>A fault when a consent event says nothing that can be kept: a withdrawal must not be lost without a word.</summary>
    public static Fault? Check(InteractionKind kind, JsonElement? properties, JsonElement? context)
    {
        if (kind != InteractionKind.ConsentUpdated || HasPreferences(Preferences(context)) || HasPreferences(properties))
        {
            return null;
        }

        return properties is { } told
            && ConsentWords.TryPurpose(JsonFields.Text(told, "purpose"), out _)
            && ConsentWords.TryChannel(JsonFields.Text(told, "channel"), out _)
            && JsonFields.TryRead(told, "granted") is { ValueKind: JsonValueKind.True or JsonValueKind.False }
            ? null
            : new Fault(FaultCodes.InvalidConsent, "A consent event needs a known purpose, a known channel or none, and granted as true or false.");
    }

    private static JsonElement? Preferences(JsonElement? context) =>
        context is { } around && JsonFields.TryRead(around, "consent") is { ValueKind: JsonValueKind.Object } consent ? consent : null;

    private static bool HasPreferences(JsonElement? told) => told is { } owner && JsonFields.TryRead(owner, "categoryPreferences") is { ValueKind: JsonValueKind.Object };

    private static bool IsTrue(JsonElement owner, string name) => JsonFields.TryRead(owner, name) is { ValueKind: JsonValueKind.True };
}
