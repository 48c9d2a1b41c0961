using System.Security.Cryptography;
using System.Text;
using MarketLoop.Domain;

namespace MarketLoop.Decision;

/// <summary>Derives a treatment's id from what was decided, so that the same decision made twice is one treatment.</summary>
internal static class TreatmentIds
{
    private const int IdBytes = 15; // 120 bits, 20 characters, no padding

    /// <summary>An id of 20 base64url characters from the parts, order included.</summary>
    public static TreatmentId From(params ReadOnlySpan<string> parts)
    {
        StringBuilder text = new();
        foreach (string part in parts)
        {
            text.Append(part.Length).Append(':').Append(part).Append('|');
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()), hash);
        return new TreatmentId(System.Buffers.Text.Base64Url.EncodeToString(hash[..IdBytes]));
    }
}
