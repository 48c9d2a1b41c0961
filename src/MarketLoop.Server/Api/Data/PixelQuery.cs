using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MarketLoop.Data.Intake;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace MarketLoop.Server.Api.Data;

/// <summary>The event in the address of a tracking picture: base64 JSON under <c>data</c> (Segment, Jitsu), or one parameter for each field, nested by dots (RudderStack).</summary>
internal static class PixelQuery
{
    private const int MostParts = 8;

    /// <summary>The event as a body; null when the address carries none.</summary>
    public static IntakeBody? Read(IQueryCollection query)
    {
        byte[]? json = query["data"].ToString() is { Length: > 0 } packed ? Unpack(packed) : JsonSerializer.SerializeToUtf8Bytes(Nest(query));
        return json is not null && IntakeBody.TryParse(json, out IntakeBody? body, out _) ? body : null;
    }

    // Both alphabets of base64, with or without the closing signs; a plus sign in an address arrives as a blank.
    private static byte[]? Unpack(string packed)
    {
        string text = packed.Replace(' ', '-').Replace('+', '-').Replace('/', '_').TrimEnd('=');
        byte[] bytes = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        return Base64Url.TryDecodeFromChars(text, bytes, out int length) ? bytes[..length] : null;
    }

    private static JsonObject Nest(IQueryCollection query)
    {
        JsonObject root = [];
        foreach ((string name, StringValues value) in query)
        {
            string[] parts = name.Split('.', MostParts);
            JsonObject? owner = root;
            foreach (string part in parts[..^1])
            {
                owner = owner is null ? null : owner[part] as JsonObject ?? AddTo(owner, part);
            }

            if (owner is not null && !owner.ContainsKey(parts[^1]))
            {
                owner[parts[^1]] = value.ToString();
            }
        }

        return root;
    }

    private static JsonObject? AddTo(JsonObject owner, string name)
    {
        if (owner.ContainsKey(name))
        {
            return null; // a text of this name came first
        }

        JsonObject added = [];
        owner[name] = added;
        return added;
    }
}
