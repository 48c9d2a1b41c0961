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

    /// <summary>Takes a request without looking at it.</summary>
    public static Task NothingAsync(HttpContext http)
    {
        AllowOrigin(http);
        http.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    /// <summary>Writes the verdict.</summary>
    public static Task AcceptAsync(HttpContext http, IntakeAnswer answer)
    {
        http.Response.StatusCode = StatusCodes.Status200OK;
        return http.Response.WriteAsJsonAsync(answer, JsonFormat.Options, "application/json", http.RequestAborted);
    }

    /// <summary>Refuses a whole request.</summary>
    public static Task RefuseAsync(HttpContext http, int status, string code, string message) => WriteAsync(http, status, writer =>
    {
        writer.WriteBoolean("success", false);
        writer.WriteBoolean("ok", false);
        writer.WriteString("code", code);
        writer.WriteString("message", message);
    });

    /// <summary>Asks the client to come again. Whole seconds, never a date: SDKs read nothing else.</summary>
    public static Task PutOffAsync(HttpContext http, int status, int seconds, string code, string message)
    {
        http.Response.Headers.RetryAfter = Math.Clamp(seconds, 1, 300).ToString(CultureInfo.InvariantCulture);
        return RefuseAsync(http, status, code, message);
    }

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
}
