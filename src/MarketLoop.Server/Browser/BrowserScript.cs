using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace MarketLoop.Server.Browser;

/// <summary><c>/marketloop.js</c>: the one file that a shop's pages load from here. Made ready once; a request copies bytes.</summary>
internal sealed class BrowserScript
{
    /// <summary>Where it lies.</summary>
    public const string Path = "/marketloop.js";

    private readonly byte[] plain;
    private readonly byte[] gzipped;
    private readonly EntityTagHeaderValue tag;

    private BrowserScript(string source)
    {
        plain = Encoding.UTF8.GetBytes(Shorten(source));
        gzipped = Gzip(plain);

        // Weak, because the bytes differ by encoding and the script does not.
        tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(plain).AsSpan(0, 12))}\"", isWeak: true);
    }

    /// <summary>Maps the route: open to every page of every origin, without a key, as the key stands in the page that loads it.</summary>
    public static void Map(IEndpointRouteBuilder app)
    {
        using Stream source = typeof(BrowserScript).Assembly.GetManifestResourceStream("marketloop.js")
            ?? throw new InvalidOperationException("The build left marketloop.js out.");
        using StreamReader reader = new(source, Encoding.UTF8);
        BrowserScript script = new(reader.ReadToEnd());
        app.MapMethods(Path, [HttpMethods.Get, HttpMethods.Head], (Delegate)(Func<HttpContext, Task>)script.AnswerAsync)
            .AllowAnonymous()
            .ExcludeFromDescription();
    }

    // No parser of our own: the file is written so that this is safe, and every browser test runs what this makes.
    private static string Shorten(string source)
    {
        IEnumerable<string> lines = source.ReplaceLineEndings("\n").Split('\n')
            .Select(line => line.Trim())
            .Where(line => line.Length > 0 && !line.StartsWith("//", StringComparison.Ordinal));
        return string.Join('\n', lines.Append(""));
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        IHeaderDictionary headers = http.Response.Headers;
        headers.CacheControl = "public, max-age=3600";
        headers.ETag = tag.ToString();
        headers.Vary = HeaderNames.AcceptEncoding;
        headers.AccessControlAllowOrigin = "*";
        headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        if (IsKnown(http.Request.Headers.IfNoneMatch))
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        bool isPacked = TakesGzip(http.Request.Headers.AcceptEncoding);
        ReadOnlyMemory<byte> body = isPacked ? gzipped : plain;
        if (isPacked)
        {
            headers.ContentEncoding = "gzip";
        }

        http.Response.ContentType = "text/javascript; charset=utf-8";
        http.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await http.Response.Body.WriteAsync(body, http.RequestAborted);
        }
    }

    private bool IsKnown(StringValues presented) =>
        EntityTagHeaderValue.TryParseList(presented, out IList<EntityTagHeaderValue>? tags)
        && tags.Any(known => known.Compare(tag, useStrongComparison: false) || known.Equals(EntityTagHeaderValue.Any));

    private static bool TakesGzip(StringValues presented) =>
        StringWithQualityHeaderValue.TryParseList(presented, out IList<StringWithQualityHeaderValue>? encodings)
        && encodings.Any(encoding => encoding.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase) && encoding.Quality is null or > 0);
}
