using System.Text.Json;
using MarketLoop.Domain;

namespace MarketLoop.Data.Erasure;

/// <summary>Whom an erasure or an export is about: every id and address of one person, and whether a text names them.</summary>
internal sealed class Subject(IReadOnlyList<CustomerId> ids, IReadOnlyList<string> addresses)
{
    private const int SurelyAnId = 4; // a shorter one also turns up as a quantity or a price
    private const int DeepestNesting = 4;

    /// <summary>The customer and all browsers.</summary>
    public IReadOnlyList<CustomerId> Ids { get; } = ids;

    /// <summary>True when a line of a file names the person: as it stands, or inside JSON, also JSON in a string of JSON, or in base64.</summary>
    public bool IsNamedIn(string line) => TextsOf(line, 0).Any(Names);

    private static IEnumerable<string> TextsOf(string text, int depth)
    {
        yield return text;
        if (depth == DeepestNesting || text.Length == 0 || text.TrimStart() is not ['{' or '[', ..])
        {
            yield break;
        }

        List<string> inside = [];
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            Collect(document.RootElement, inside);
        }
        catch (JsonException)
        {
            yield break;
        }

        foreach (string deeper in inside.SelectMany(value => TextsOf(value, depth + 1)))
        {
            yield return deeper;
        }
    }

    private static void Collect(JsonElement element, List<string> inside)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty property in element.EnumerateObject())
                {
                    Collect(property.Value, inside);
                    if (property.NameEquals("eventBase64") && property.Value.ValueKind == JsonValueKind.String && property.Value.TryGetBytesFromBase64(out byte[]? bytes))
                    {
                        inside.Add(System.Text.Encoding.Latin1.GetString(bytes));
                    }
                }

                break;
            case JsonValueKind.Array:
                foreach (JsonElement item in element.EnumerateArray())
                {
                    Collect(item, inside);
                }

                break;
            case JsonValueKind.String:
                inside.Add(element.GetString() ?? "");
                break;
        }
    }

    private bool Names(string text) => addresses.Any(address => text.Contains(address, StringComparison.OrdinalIgnoreCase)) || Ids.Any(id => Names(text, id.Value));

    private static bool Names(string text, string id)
    {
        for (int at = text.IndexOf(id, StringComparison.Ordinal); at >= 0; at = text.IndexOf(id, at + 1, StringComparison.Ordinal))
        {
            char before = at == 0 ? ',' : text[at - 1];
            char after = at + id.Length == text.Length ? ',' : text[at + id.Length];
            bool standsAlone = !IsPartOfAnId(before) && !IsPartOfAnId(after);
            if (standsAlone && (id.Length >= SurelyAnId || before is '"' or ',' || (before is ':' or ' ' && FollowsAnIdsName(text, at))))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsPartOfAnId(char sign) => char.IsLetterOrDigit(sign) || sign is '_' or '-' or '.' or '@';

    private static bool FollowsAnIdsName(string text, int at) => text.AsSpan(Math.Max(0, at - 16), Math.Min(16, at)).Contains("id\"", StringComparison.OrdinalIgnoreCase);
}
