using MarketLoop.Domain;

namespace MarketLoop.Server.Dashboard.Parts;

/// <summary>Names for the charts, by the word that the API uses.</summary>
internal static class KindNames
{
    /// <summary>Names of the kinds of interaction.</summary>
    public static Dictionary<string, string> Of(Words words) =>
        Enum.GetValues<InteractionKind>().ToDictionary(kind => Camel(kind.ToString()), words.Of, StringComparer.Ordinal);

    /// <summary>Names of channels and of the placements that everybody has.</summary>
    public static Dictionary<string, string> Lift(Words words)
    {
        Dictionary<string, string> names = Enum.GetValues<Channel>().ToDictionary(channel => Camel(channel.ToString()), words.Of, StringComparer.Ordinal);
        names["overall"] = words["Lift.Overall"];
        foreach (string placement in (string[])["home", "product", "cart", "win-back", "likely-buyers"])
        {
            names[placement] = words.OrItself("Placement", placement);
        }

        return names;
    }

    private static string Camel(string word) => char.ToLowerInvariant(word[0]) + word[1..];
}
