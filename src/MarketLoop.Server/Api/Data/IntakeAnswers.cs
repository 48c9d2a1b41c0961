using System.Globalization;
using System.Text.Json;
using MarketLoop.Server.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace MarketLoop.Server.Api.Data;

/// <summary>How the intake answers: always JSON, always readable by the page that asked, never a redirect.</summary>
internal static class IntakeAnswers
{
    private const string MaxAgeSeconds = "7200";

    // One transparent dot.
    private static readonly byte[] Pixel = Convert.FromBase64String("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7");

    /// <summary>Lets the page read the answer, also when it is a refusal: an unreadable 400 looks like a broken network and is sent again for ever.</summary>
    public static void AllowOrigin(HttpContext http)
    {
        StringValues origin = http.Request.Headers.Origin;
        if (StringValues.IsNullOrEmpty(origin))
        {
            return;
        }

        // Echoed and not "*": some SDKs send credentials.
        IHeaderDictionary headers = http.Response.Headers;
        headers.AccessControlAllowOrigin = origin;
        headers.AccessControlAllowCredentials = "true";
        headers.AccessControlExposeHeaders = "Retry-After";
        headers.Vary = "Origin";
    }

    /// <summary>Answers a browser's question whether it may send: yes, with whatever headers it wants. No key, no limit.</summary>
    public static Task PreflightAsync(HttpContext http)
    {
        AllowOrigin(http);
        IHeaderDictionary headers = http.Response.Headers;
        headers.AccessControlAllowMethods = "GET, POST, OPTIONS";
        headers.AccessControlMaxAge = MaxAgeSeconds;
        if (http.Request.Headers.AccessControlRequestHeaders is { Count: > 0 } wanted)
        {
            headers.AccessControlAllowHeaders = wanted;
        }

        http.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    /// <summary>Answers an address that is none.</summary>
    public static Task NowhereAsync(HttpContext http)
    {
        if (HttpMethods.IsOptions(http.Request.Method))
        {
            return PreflightAsync(http);
        }

        AllowOrigin(http);
        return RefuseAsync(http, StatusCodes.Status404NotFound, "not_found", "No such address; see /docs.");
    }

    /// <summary>Takes a request without looking at it.</summary>
    public static Task NothingAsync(HttpContext http)
    {
        AllowOrigin(http);
        http.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    /// <summary>Writes what became of a request.</summary>
    public static Task ReplyAsync(HttpContext http, IntakeReply reply)
    {
        SetHead(http, reply);
        return reply.Verdict is { } verdict
            ? http.Response.WriteAsJsonAsync(
                new IntakeAnswer(true, true, verdict.Accepted, verdict.Duplicates, verdict.Rejected, verdict.Flagged), JsonFormat.Options, "application/json", http.RequestAborted)
            : RefuseAsync(http, reply.Status, reply.Code, reply.Message);
    }

    /// <summary>Answers a picture whatever happened; only its status tells.</summary>
    public static async Task ReplyWithPixelAsync(HttpContext http, IntakeReply reply)
    {
        SetHead(http, reply);
        http.Response.ContentType = "image/gif";
        http.Response.ContentLength = Pixel.Length;
        http.Response.Headers.CacheControl = "no-store";
        await http.Response.Body.WriteAsync(Pixel, http.RequestAborted);
    }

    /// <summary>Refuses a whole request.</summary>
    public static Task RefuseAsync(HttpContext http, int status, string code, string message) => WriteAsync(http, status, writer =>
    {
        writer.WriteBoolean("success", false);
        writer.WriteBoolean("ok", false);
        writer.WriteString("code", code);
        writer.WriteString("message", message);
    });

    /// <summary>Writes an object.</summary>
    public static async Task WriteAsync(HttpContext http, int status, Action<Utf8JsonWriter> write)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        await using (Utf8JsonWriter writer = new(http.Response.BodyWriter))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
    }

    // Whole seconds, never a date: SDKs read nothing else.
    private static void SetHead(HttpContext http, IntakeReply reply)
    {
        http.Response.StatusCode = reply.Status;
        if (reply.RetrySeconds is { } seconds)
        {
            http.Response.Headers.RetryAfter = Math.Clamp(seconds, 1, 300).ToString(CultureInfo.InvariantCulture);
        }
    }
}
